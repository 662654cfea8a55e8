/** What a quoted piece of text means and where it ends; `end` is -1 when the closing quote is missing. */
export interface Quoted {
  readonly value: string;
  readonly end: number;
}

const ESCAPED: Readonly<Record<string, string>> = { '0': '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a' };

/** Reads a string from its opening quote. `\%` and `\_` keep their backslash: they mean something to LIKE alone. */
export function scanString(text: string, start: number, hasBackslash: boolean): Quoted {
  const quote = text[start];
  let value = '';
  let from = start + 1;
  for (let at = from; at < text.length; at += 1) {
    const unit = text[at];
    if (unit === quote) {
      if (text[at + 1] !== quote) return { value: value + text.slice(from, at), end: at + 1 };
      value += text.slice(from, at + 1);
      at += 1;
      from = at + 1;
    } else if (unit === '\\' && hasBackslash && at + 1 < text.length) {
      value += text.slice(from, at) + meaningOf(text[at + 1] ?? '');
      at += 1;
      from = at + 1;
    }
  }
  return { value, end: -1 };
}

function meaningOf(unit: string): string {
  if (unit === '%' || unit === '_') return `\\${unit}`;
  return ESCAPED[unit] ?? unit;
}

/** Reads a quoted identifier from its opening quote: the quote doubled stands for itself, nothing else is special. */
export function scanQuotedName(text: string, start: number): Quoted {
  return scanString(text, start, false);
}
