import type { ColumnDesign } from './design.ts';

/** What the source divides rows by: columns, or a function of one that grows with it. */
export type PartitionExpression =
  | { readonly kind: 'columns'; readonly names: readonly string[] }
  | { readonly kind: 'year' | 'to_days' | 'unix_timestamp'; readonly names: readonly string[] };

/** As the catalogue prints it; null: another expression. */
export function partitionExpression(text: string): PartitionExpression | null {
  const [, call, inside] = /^(year|to_days|unix_timestamp)\((.*)\)$/i.exec(text.trim()) ?? [];
  const list = inside ?? text.trim();
  if (!/^`(?:[^`]|``)+`(?:\s*,\s*`(?:[^`]|``)+`)*$/.test(list)) return null;
  const names = [...list.matchAll(/`((?:[^`]|``)+)`/g)].map(([, name = '']) => name.replaceAll('``', '`'));
  if (call === undefined) return { kind: 'columns', names };
  return names.length === 1 ? { kind: call.toLowerCase() as 'year' | 'to_days' | 'unix_timestamp', names } : null;
}

/** `10,'2020-01-01',MAXVALUE` and `(1,2),(3,4)` taken apart: numbers, texts with their quotes, words. */
export function boundValues(bound: string): readonly string[] {
  return bound.match(/'(?:[^']|'')*'|[A-Za-z]+|-?\d+/g) ?? [];
}

const NUMBER = /^(smallint|integer|bigint|numeric\b.*)$/;
const DAY = /^(date|timestamp(\(\d\))? without time zone)$/;

/** The bound of one column as a literal of PostgreSQL; null: it has no certain form there. */
export function boundLiteral(
  { kind }: Pick<PartitionExpression, 'kind'>,
  { type }: ColumnDesign,
  value: string,
): string | null {
  if (value === 'MAXVALUE') return value;
  if (kind === 'columns') {
    if (/^-?\d+$/.test(value)) return NUMBER.test(type) ? value : null;
    return DAY.test(type) && /^'\d{4}-\d\d-\d\d/.test(value) && !/-00|'0000/.test(value) ? value : null;
  }
  if (!/^\d+$/.test(value)) return null;
  if (kind === 'unix_timestamp') return /^timestamp.* with time zone$/.test(type) ? instant(value) : null;
  if (!DAY.test(type)) return null;
  return kind === 'year' ? firstOfYear(value) : day(value);
}

/** Every day of a year before it is less, every other one is not. */
function firstOfYear(year: string): string | null {
  return Number(year) >= 1 && Number(year) <= 9999 ? `'${year.padStart(4, '0')}-01-01'` : null;
}

/** MySQL's number of 1970-01-01. */
const DAYS_TO_1970 = 719_528;
const DAY_MS = 86_400_000;

function day(days: string): string | null {
  const time = (Number(days) - DAYS_TO_1970) * DAY_MS;
  return Number(days) >= 366 && time < 253_402_300_800_000 ? `'${new Date(time).toISOString().slice(0, 10)}'` : null;
}

function instant(seconds: string): string {
  return `'${new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '+00')}'`;
}
