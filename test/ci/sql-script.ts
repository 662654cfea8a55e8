/** The statements of a script for the mysql client: `DELIMITER` lines, quotes and comments as the client takes them. */
export function statementsOf(script: string): string[] {
  const statements: string[] = [];
  let delimiter = ';';
  let statement = '';
  for (let at = 0; at < script.length; ) {
    const command = statement === '' ? match(DELIMITER, script, at) : null;
    const piece = (command ?? match(statement === '' ? BLANK : WHOLE, script, at) ?? match(PLAIN, script, at))?.[0];
    if (command) delimiter = command[1] ?? delimiter;
    else if (script.startsWith(delimiter, at)) {
      statements.push(statement.trim());
      statement = '';
      at += delimiter.length;
      continue;
    } else if (statement !== '' || !match(BLANK, script, at)) statement += piece ?? script[at];
    at += piece?.length ?? 1;
  }
  return statement.trim() === '' ? statements : [...statements, statement.trim()];
}

const DELIMITER = /DELIMITER[ \t]+(\S+)[ \t]*/y;
/** What stands before a statement and is no part of it. */
const BLANK = /\s+|--(?=\s)[^\n]*|#[^\n]*/y;
/** A quoted piece or a comment as a whole, so that no delimiter is seen in it. */
const WHOLE = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|`[^`]*`|--(?=\s)[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//y;
const PLAIN = /[\w\s,()]+/y;

function match(pattern: RegExp, script: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(script);
}
