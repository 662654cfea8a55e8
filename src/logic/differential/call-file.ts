/** A call that was recorded: the values of one routine. */
export interface RecordedCall {
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Reads recorded calls, one a line: `CALL p(1, 'x', @out)` or `SELECT f('2024-01-01')`, as a general log or an
 * application writes them. A user variable stands for NULL; other lines are passed over, and so is a text that holds a
 * backslash, which both servers would read in another way.
 */
export function readCalls(text: string): readonly RecordedCall[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*(?:CALL|SELECT)\s+(?:[\w`]+\.)?`?(\w+)`?\s*\((.*)\)\s*;?\s*$/i.exec(line);
    const args = found === null ? undefined : valuesOf(found[2] ?? '');
    return found === null || args === undefined ? [] : [{ name: found[1] ?? '', args }];
  });
}

const VALUE = /\s*(?:('(?:[^'\\]|\\.|'')*')|(-?\d+(?:\.\d+)?)|(NULL)|(@\w+))\s*(,|$)/iy;

/** undefined: something is no plain value. */
function valuesOf(text: string): readonly string[] | undefined {
  const found: string[] = [];
  for (let at = 0; at < text.trimEnd().length; ) {
    VALUE.lastIndex = at;
    const [whole, quoted, number, none, variable] = VALUE.exec(text) ?? [];
    const literal = quoted === undefined ? undefined : plainText(quoted);
    if (whole === undefined || literal?.includes('\\') === true) return undefined;
    found.push(literal ?? number ?? (none === undefined && variable === undefined ? '' : 'NULL'));
    at += whole.length;
  }
  return found;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', Z: '\u001a' };

/** A literal of MySQL without its escapes, as PostgreSQL reads it too. */
function plainText(quoted: string): string {
  return quoted.replaceAll(/\\(.)/g, (_, after: string) => (after === "'" ? "''" : (ESCAPES[after] ?? after)));
}
