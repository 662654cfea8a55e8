import { details, escaped, grid, list } from '../document/html.ts';
import type { EvidencePart } from './part.ts';

/** Any facts as HTML that people can read: a list of objects is a table, an object is a list of its members. */
export function partBody({ facts }: EvidencePart): string {
  return shown(facts) || '<p>None.</p>';
}

type Row = Readonly<Record<string, unknown>>;

function shown(value: unknown): string {
  if (value === null) return '<p>Not known.</p>';
  if (Array.isArray(value)) return value.every(isRow) ? table(value) : list(value.map((one: unknown) => cell(one)));
  if (!isRow(value)) return `<p>${cell(value)}</p>`;
  return grid(
    ['what', 'value'],
    Object.entries(value).map(([name, of]) => [words(name), cell(of)]),
  );
}

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return grid(
    columns.map(words),
    rows.map((row) => columns.map((name) => cell(row[name], name))),
  );
}

function cell(value: unknown, name = ''): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : inner(value, `${value.length}`);
  if (isRow(value)) return inner(value, Object.keys(value).map(words).slice(0, 4).join(', '));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return escaped(String(value));
  if (/At$|AtMs$/.test(name)) return new Date(value).toISOString();
  return name.endsWith('Ms') ? duration(value) : value.toLocaleString('en-US');
}

function inner(value: unknown, summary: string): string {
  return details(escaped(summary), shown(value), false);
}

function duration(ms: number): string {
  return ms < 10_000 ? `${ms.toLocaleString('en-US')} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `startedAtMs`: started at. */
function words(name: string): string {
  const plain = name.replace(/(?<=At)Ms$|Ms$/, '');
  return escaped(plain.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('-', ' '));
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
