/** Within this of now, a moment is the clock's. */
const CLOCK_MS = 600_000;

export type Cell = string | null;

/**
 * A value in a form that both servers share: numbers by value to 12 digits, a moment at midnight as a day, JSON by its
 * structure, bytes as hexadecimal digits; what the clock gave is `now`.
 */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'object') return canonicalText(JSON.stringify(value));
  const text = String(value).replace(/\+00$/, '');
  if (text.startsWith('\\x')) return text.slice(2);
  return isNow(text) ? 'now' : canonicalText(text);
}

/** A text with every character, but for what the clock gave, and the blanks and the order of what is JSON. */
export function exactText(text: string): string {
  if (isNow(text)) return 'now';
  return /^[[{]/.test(text) ? canonicalJson(text) : text;
}

/** Rows as lines, sorted. */
export function rowLines(rows: readonly (readonly unknown[])[]): readonly string[] {
  return rows.map((row) => row.map(cellText).join('|')).sort();
}

function isNow(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d \d\d:/.test(text)) return false;
  return Math.abs(Date.parse(`${text.replace(' ', 'T')}Z`) - Date.now()) < CLOCK_MS;
}

/** A text that one of the servers printed, in the form that both share. */
export function canonicalText(text: string): string {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) return canonicalNumber(text);
  if (/^\d{4}-\d\d-\d\d 00:00:00(?:\.0+)?$/.test(text)) return text.slice(0, 10);
  if (/^[[{"]/.test(text)) return canonicalJson(text);
  return text.replace(/^((?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d)(?:\.0+|(\.\d*[1-9])0+)$/, '$1$2');
}

/** Integers of more digits than a double holds are compared as they are. */
function canonicalNumber(text: string): string {
  if (/^-?\d{16,}$/.test(text)) return text;
  return String(Number(Number(text).toPrecision(12)));
}

/** Objects by name: MySQL orders them by length, jsonb as well, a text as it was written. */
function canonicalJson(text: string): string {
  try {
    return JSON.stringify(ordered(JSON.parse(text)));
  } catch {
    return text;
  }
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, ordered(part)]),
  );
}
