import type { Trigger } from '../program.ts';
import { key } from '../table-access.ts';
import { literal } from './argument.ts';
import type { Case } from './case.ts';
import type { SampledColumn, SampledTable } from './scratch.ts';

/** The statements that set a trigger off, in the language of both servers. Rows without a key are left alone. */
export function triggerCases({ events }: Trigger, table: SampledTable, count: number): readonly Case[] {
  const columns = table.columns.filter(({ type, name }) => !/blob|binary|bit|geometry/.test(type) && isPlain(name));
  const rows = table.rows.map((row) => table.columns.map(({ name }, at) => [name, row[at] ?? null] as const));
  const named = rows.map((row) => new Map(row));
  const found: string[] = [];
  if (events.includes('insert')) found.push(...inserts(table, columns, named));
  if (events.includes('update')) found.push(...updates(table, columns, named));
  if (events.includes('delete')) found.push(...deletes(table, named));
  return found.slice(0, count).map((statement) => ({ tag: 'statements', statements: [statement] }));
}

type NamedRow = ReadonlyMap<string, string | null>;

/** A name that both servers read alike without quotes. */
function isPlain(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name);
}

/** Copies of rows under new keys, then with a NULL in each column that may have one. */
function inserts(table: SampledTable, columns: readonly SampledColumn[], rows: readonly NamedRow[]): readonly string[] {
  const numbers = rows.map((row) => Number(row.get(table.key[0] ?? '') ?? 0)).filter(Number.isFinite);
  const next = Math.max(0, ...numbers) + 1;
  return rows.slice(0, 2).flatMap((row, at) => {
    const values = new Map(row);
    const [first] = table.key;
    if (first !== undefined && table.key.length === 1) values.set(first, String(next + at));
    const changed = columns.filter(({ name, isNullable }) => isNullable && !table.key.includes(name));
    return [
      insertOf(table, columns, values),
      ...changed.map(({ name }) => insertOf(table, columns, new Map(values).set(name, null))),
    ];
  });
}

function insertOf(table: SampledTable, columns: readonly SampledColumn[], values: NamedRow): string {
  const names = columns.map(({ name }) => name);
  return `INSERT INTO ${table.name} (${names.join(', ')}) VALUES (${names.map((name) => literal(values.get(name) ?? null)).join(', ')})`;
}

/** Each column of a row to what another row has, to NULL, and to what it has; then of all rows. */
function updates(table: SampledTable, columns: readonly SampledColumn[], rows: readonly NamedRow[]): readonly string[] {
  const [first, second = first] = rows;
  if (first === undefined) return [];
  const where = whereOf(table, first);
  return columns
    .filter(({ name }) => !table.key.map(key).includes(key(name)))
    .flatMap(({ name, isNullable }) => {
      const set = (value: string): string => `UPDATE ${table.name} SET ${name} = ${value}`;
      const other = literal(second?.get(name) ?? null);
      return [
        ...(where === undefined ? [] : [`${set(other)}${where}`, `${set(name)}${where}`]),
        ...(where !== undefined && isNullable ? [`${set('NULL')}${where}`] : []),
        set(name),
      ];
    });
}

function deletes(table: SampledTable, rows: readonly NamedRow[]): readonly string[] {
  const one = rows.slice(0, 3).flatMap((row) => whereOf(table, row) ?? []);
  return one.map((where) => `DELETE FROM ${table.name}${where}`);
}

function whereOf({ key: own }: SampledTable, row: NamedRow): string | undefined {
  if (own.length === 0 || !own.every(isPlain)) return undefined;
  return ` WHERE ${own.map((name) => `${name} = ${literal(row.get(name) ?? null)}`).join(' AND ')}`;
}
