/** SQL with which a DBA compares both sides by the stock clients, without sluice. */
import { type Dialect, SOURCE, TARGET } from './dialect.ts';
import { type Measure, type Measures, measuresOf } from './measure.ts';
import type { Pair, ScriptForeignKey, ScriptKey, ScriptTable } from './script-table.ts';

/** Texts of the two scripts; on equal databases their outputs are equal to the last byte (INV-132). */
export function validationScripts(tables: readonly ScriptTable[]): Pair {
  return { source: script(tables, SOURCE), target: script(tables, TARGET) };
}

function script(tables: readonly ScriptTable[], dialect: Dialect): string {
  const sections = tables.flatMap((table) => [
    ...tableStatements(table, dialect),
    ...table.uniques.map((key) => duplicates(table, key, dialect)),
    ...table.foreignKeys.map((key) => orphans(table, key, dialect)),
    ...(table.lastUpdates.length === 0 ? [] : [lastUpdate(table, dialect)]),
  ]);
  return `${[dialect.head.join('\n'), ...sections].join('\n\n')}\n`;
}

/** A line break in a name must not end the comment. */
function comment(text: string): string {
  return `-- ${[...text].map((letter) => (letter < ' ' || letter === '\u007f' ? ' ' : letter)).join('')}`;
}

/** PostgreSQL takes 1664 columns of a result; four for each measured column. */
const COLUMNS_A_STATEMENT = 200;

function tableStatements(table: ScriptTable, dialect: Dialect): readonly string[] {
  const rows: Measures = { source: ROWS(SOURCE), target: ROWS(TARGET) };
  const lines = [
    { name: '*', measures: rows },
    ...table.columns.map((one) => ({ name: one.name, measures: measuresOf(one) })),
  ];
  const left = table.leftOut.map(({ name, reason }) => comment(`${table.label}: ${name} is not measured: ${reason}`));
  const statements: string[] = [];
  for (let at = 0; at < lines.length; at += COLUMNS_A_STATEMENT)
    statements.push(aggregates(table, lines.slice(at, at + COLUMNS_A_STATEMENT), dialect));
  return [
    [comment(`${table.label}: ${table.columns.length} columns, in one read of the table`), ...left, statements[0]].join(
      '\n',
    ),
    ...statements.slice(1),
  ];
}

const ROWS = ({ count }: Dialect): Measure => ({ nonNull: count('*'), least: null, greatest: null, total: null });

interface Line {
  readonly name: string;
  readonly measures: Measures;
}

const SHOWN = [
  ['nonNull', 'n', 'non_null'],
  ['least', 'l', 'least'],
  ['greatest', 'g', 'greatest'],
  ['total', 't', 'total'],
] as const;

/** One row of aggregates, turned into a line for each column. */
function aggregates(table: ScriptTable, lines: readonly Line[], dialect: Dialect): string {
  const measured = lines.map(({ measures }) => dialect.measure(measures));
  const made = measured.flatMap((measure, i) =>
    SHOWN.flatMap(([field, letter]) => (measure[field] === null ? [] : [`    ${measure[field]} AS ${letter}${i}`])),
  );
  const shown = SHOWN.map(([field, letter, title]) => {
    const cases = measured.flatMap((measure, i) => (measure[field] === null ? [] : [`WHEN ${i} THEN s.${letter}${i}`]));
    return `  ${cases.length === 0 ? "'-'" : `CASE n.i ${cases.join(' ')} ELSE '-' END`} AS ${dialect.name(title)}`;
  });
  const names = lines
    .map(({ name }, i) => `SELECT ${i} AS i, ${dialect.literal(name)} AS name`)
    .join('\n    UNION ALL ');
  return [
    `SELECT ${dialect.literal(table.label)} AS ${dialect.name('table')}, n.name AS ${dialect.name('column')},`,
    `${shown.join(',\n')}`,
    `FROM (\n  SELECT\n${made.join(',\n')}\n  FROM ${table.from[dialect.side]}\n) AS s`,
    `CROSS JOIN (\n    ${names}\n) AS n`,
    'ORDER BY n.i;',
  ].join('\n');
}

/** How many values of a key stand in more than one row; NULL is no duplicate of NULL. */
function duplicates(table: ScriptTable, key: ScriptKey, dialect: Dialect): string {
  const columns = key.columns.map((column) => dialect.name(column[dialect.side]));
  const known = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  const twice = `SELECT 1 AS twice FROM ${table.from[dialect.side]} WHERE ${known} GROUP BY ${columns.join(', ')} HAVING COUNT(*) > 1`;
  return [
    comment(`${table.label}: values of the key ${key.name} that are there more than once`),
    `SELECT ${dialect.literal(table.label)} AS ${dialect.name('table')}, ${dialect.literal(key.name)} AS ${dialect.name('key')},`,
    `  ${dialect.count('*')} AS ${dialect.name('duplicates')}`,
    `FROM (${twice}) AS d;`,
  ].join('\n');
}

/** How many rows refer to a parent that is not there. */
function orphans(table: ScriptTable, key: ScriptForeignKey, dialect: Dialect): string {
  const { side, name } = dialect;
  const child = key.columns.map((column) => `c.${name(column[side])}`);
  const same = key.parentColumns.map((column, i) => `p.${name(column[side])} = ${child[i]}`).join(' AND ');
  const known = child.map((column) => `${column} IS NOT NULL`).join(' AND ');
  return [
    comment(`${table.label}: rows of the foreign key ${key.name} without a parent`),
    `SELECT ${dialect.literal(table.label)} AS ${name('table')}, ${dialect.literal(key.name)} AS ${name('foreign_key')},`,
    `  ${dialect.count('*')} AS ${name('orphans')}`,
    `FROM ${table.from[side]} AS c`,
    `WHERE ${known} AND NOT EXISTS (SELECT 1 FROM ${key.parent[side]} AS p WHERE ${same});`,
  ].join('\n');
}

/** When rows were last changed, by the columns that the source sets itself. */
function lastUpdate(table: ScriptTable, dialect: Dialect): string {
  const newest = table.lastUpdates.map((column) => {
    const { greatest } = dialect.measure(measuresOf(column));
    return `SELECT ${dialect.literal(table.label)} AS ${dialect.name('table')}, ${dialect.literal(column.name)} AS ${dialect.name('changed')}, ${greatest ?? "'-'"} AS ${dialect.name('last')} FROM ${table.from[dialect.side]}`;
  });
  return [comment(`${table.label}: the last change`), `${newest.join('\nUNION ALL ')};`].join('\n');
}
