import type { Trigger } from '../program.ts';
import { key } from '../table-access.ts';
import { literal } from './argument.ts';
import type { Case } from './case.ts';
import type { SampledColumn, SampledTable } from './scratch.ts';

/**
 * The statements that set a trigger off, in the language of both servers but for the lists of a SET. Rows without a key
 * are left alone.
 */
export function triggerCases({ events }: Trigger, table: SampledTable, count: number): readonly Case[] {
  const columns = table.columns.filter(({ type, name }) => !/blob|binary|bit|geometry/.test(type) && isPlain(name));
  const rows = table.rows.map((row) => table.columns.map(({ name }, at) => [name, row[at] ?? null] as const));
  const named = rows.map((row) => new Map(row));
  const found: Written[] = [];
  if (events.includes('insert')) found.push(...inserts(table, columns, named));
  if (events.includes('update')) found.push(...updates(table, columns, named));
  if (events.includes('delete')) found.push(...deletes(table, named).map((statement) => () => statement));
  return found.slice(0, count).map((written) => {
    const [statement, onTarget] = [written(literal), written(targetLiteral)];
    return { tag: 'statements', statements: [statement], ...(onTarget === statement ? {} : { onTarget: [onTarget] }) };
  });
}

/** A statement, given how a value is written into a column. */
type Written = (write: (value: string | null, column?: SampledColumn) => string) => string;

/** A SET by its members, where the target has a list of them. */
function targetLiteral(value: string | null, column?: SampledColumn): string {
  const text = literal(value);
  return column?.isList === true && value !== null ? `string_to_array(${text}, ',')` : text;
}

type NamedRow = ReadonlyMap<string, string | null>;

/** A name that both servers read alike without quotes. */
function isPlain(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name);
}

/** Copies of rows under new keys, then with a NULL in each column that may have one. */
function inserts(
  table: SampledTable,
  columns: readonly SampledColumn[],
  rows: readonly NamedRow[],
): readonly Written[] {
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

function insertOf(table: SampledTable, columns: readonly SampledColumn[], values: NamedRow): Written {
  const names = columns.map(({ name }) => name).join(', ');
  return (write) => {
    const given = columns.map((column) => write(values.get(column.name) ?? null, column));
    return `INSERT INTO ${table.name} (${names}) VALUES (${given.join(', ')})`;
  };
}

/** Each column of a row to what another row has, to NULL, and to what it has; then of all rows. */
function updates(
  table: SampledTable,
  columns: readonly SampledColumn[],
  rows: readonly NamedRow[],
): readonly Written[] {
  const [first, second = first] = rows;
  if (first === undefined) return [];
  const where = whereOf(table, first);
  return columns
    .filter(({ name }) => !table.key.map(key).includes(key(name)))
    .flatMap((column): readonly Written[] => {
      const { name, isNullable } = column;
      const set = (value: string): string => `UPDATE ${table.name} SET ${name} = ${value}`;
      const other: Written = (write) => `${set(write(second?.get(name) ?? null, column))}${where}`;
      return [
        ...(where === undefined ? [] : [other, () => `${set(name)}${where}`]),
        ...(where !== undefined && isNullable ? [() => `${set('NULL')}${where}`] : []),
        () => set(name),
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
