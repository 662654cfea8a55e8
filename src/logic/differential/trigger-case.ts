import { quoteIdentifier } from '../../mysql/identifier.ts';
import { dialect } from '../../sql/dialect.ts';
import { quoteName } from '../../sql/fragment.ts';
import { isReserved } from '../../sql/reserved.ts';
import type { Trigger } from '../program.ts';
import { key } from '../table-access.ts';
import { literal } from './argument.ts';
import type { Case } from './case.ts';
import type { SampledColumn, SampledTable } from './scratch.ts';

/**
 * The statements that set a trigger off, in the language of both servers but for the lists of a SET and for names that
 * are quoted. Rows without a key are left alone.
 */
export function triggerCases({ events }: Trigger, table: SampledTable, count: number): readonly Case[] {
  const columns = table.columns.filter(({ type }) => !/blob|binary|bit|geometry/.test(type));
  const rows = table.rows.map((row) => table.columns.map(({ name }, at) => [name, row[at] ?? null] as const));
  const named = rows.map((row) => new Map(row));
  const found: Written[] = [];
  if (events.includes('insert')) found.push(...inserts(table, columns, named));
  if (events.includes('update')) found.push(...updates(table, columns, named));
  if (events.includes('delete')) found.push(...deletes(table, named));
  return found.slice(0, count).map((written) => {
    const [statement, onTarget] = [written(SOURCE), written(TARGET)];
    return { tag: 'statements', statements: [statement], ...(onTarget === statement ? {} : { onTarget: [onTarget] }) };
  });
}

/** How a server has names, and a value that goes into a column. */
interface Language {
  readonly name: (name: string) => string;
  readonly value: (value: string | null, column?: SampledColumn) => string;
}

type Written = (language: Language) => string;

const DIALECTS = [dialect('mysql', 90_700, ''), dialect('mariadb', 110_800, '')];

function isPlain(name: string): boolean {
  return quoteName(name) === name && !DIALECTS.some((one) => isReserved(name.toUpperCase(), one));
}

/** A name that both servers read alike stands without quotes. */
const SOURCE: Language = {
  name: (name) => (isPlain(name) ? name : quoteIdentifier(name)),
  value: (value) => literal(value),
};
const TARGET: Language = { name: quoteName, value: targetLiteral };

/** A SET by its members, where the target has a list of them. */
function targetLiteral(value: string | null, column?: SampledColumn): string {
  const text = literal(value);
  return column?.isList === true && value !== null ? `string_to_array(${text}, ',')` : text;
}

type NamedRow = ReadonlyMap<string, string | null>;

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
  return ({ name: quoted, value }) => {
    const names = columns.map(({ name }) => quoted(name)).join(', ');
    const given = columns.map((column) => value(values.get(column.name) ?? null, column));
    return `INSERT INTO ${quoted(table.name)} (${names}) VALUES (${given.join(', ')})`;
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
      const set = ({ name: quoted }: Language, value: string): string =>
        `UPDATE ${quoted(table.name)} SET ${quoted(name)} = ${value}`;
      const all: Written = (language) => set(language, language.name(name));
      if (where === undefined) return [all];
      return [
        (language) => `${set(language, language.value(second?.get(name) ?? null, column))}${where(language)}`,
        (language) => `${all(language)}${where(language)}`,
        ...(isNullable ? [(language: Language) => `${set(language, 'NULL')}${where(language)}`] : []),
        all,
      ];
    });
}

function deletes(table: SampledTable, rows: readonly NamedRow[]): readonly Written[] {
  const one = rows.slice(0, 3).flatMap((row) => whereOf(table, row) ?? []);
  return one.map((where) => (language) => `DELETE FROM ${language.name(table.name)}${where(language)}`);
}

function whereOf({ key: own }: SampledTable, row: NamedRow): Written | undefined {
  if (own.length === 0) return undefined;
  return ({ name: quoted }) =>
    ` WHERE ${own.map((name) => `${quoted(name)} = ${literal(row.get(name) ?? null)}`).join(' AND ')}`;
}
