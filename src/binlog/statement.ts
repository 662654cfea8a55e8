/** A word, quoted or not, or one character of punctuation; numbers are words, strings stand as `'`. */
export interface Token {
  /** Upper case where `isWord`; a name as it is written otherwise. */
  readonly text: string;
  /** An unquoted word, which may be a keyword. */
  readonly isWord: boolean;
  /** A name as written, quoted or not; null for punctuation and strings. */
  readonly name: string | null;
  /** What a string stands for; null for one with a backslash escape, and for what is no string. */
  readonly string: string | null;
}

export interface Lexis {
  /** sql_mode ANSI_QUOTES: "x" is a name. */
  readonly hasAnsiQuotes: boolean;
  /** Not sql_mode NO_BACKSLASH_ESCAPES. */
  readonly hasBackslashEscapes: boolean;
}

const WORD = /[A-Za-z0-9_$@\u{80}-\u{10ffff}]+/uy;
const SPACE = /\s+/y;
const LINE_COMMENT = /(?:#|--(?=\s|$))[^\n]*/y;
/** Opens a comment whose content the server runs: MySQL's with `!`, MariaDB's with `M!`. */
const LIVE_COMMENT = /\/\*M?!\d{0,6}/y;
const COMMENT = /\/\*[\s\S]*?\*\//y;

/** The tokens of one statement. Comments are left out, the content of those that the server runs is kept. Never fails. */
export function* tokens(sql: string, lexis: Lexis): Generator<Token> {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  while (at < sql.length) {
    if (match(SPACE) ?? match(LINE_COMMENT) ?? match(LIVE_COMMENT) ?? match(COMMENT)) continue;
    const word = match(WORD);
    if (word !== undefined) {
      yield { text: word.toUpperCase(), isWord: true, name: word, string: null };
      continue;
    }
    const first = sql[at] ?? '';
    if (first === '*' && sql[at + 1] === '/') at += 2;
    else if (first === '`' || first === '"' || first === "'") {
      const quoted = readQuoted(sql, at, lexis);
      at = quoted.end;
      const isName = first === '`' || (first === '"' && lexis.hasAnsiQuotes);
      const string = isName || quoted.hasEscape ? null : quoted.text;
      yield { text: isName ? quoted.text : "'", isWord: false, name: isName ? quoted.text : null, string };
    } else {
      at++;
      yield { text: first, isWord: false, name: null, string: null };
    }
  }
}

interface Quoted {
  readonly text: string;
  readonly end: number;
  readonly hasEscape: boolean;
}

/** A doubled quote stands for itself; in strings, so does what follows a backslash. */
function readQuoted(sql: string, start: number, lexis: Lexis): Quoted {
  const quote = sql[start];
  const isString = quote === "'" || (quote === '"' && !lexis.hasAnsiQuotes);
  let text = '';
  let hasEscape = false;
  for (let at = start + 1; at < sql.length; at++) {
    const character = sql[at] ?? '';
    if (character === '\\' && isString && lexis.hasBackslashEscapes) {
      hasEscape = true;
      at++;
    } else if (character !== quote) text += character;
    else if (sql[at + 1] === quote) {
      text += quote;
      at++;
    } else return { text, end: at + 1, hasEscape };
  }
  return { text, end: sql.length, hasEscape };
}
