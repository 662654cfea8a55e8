import { expect, test } from 'vitest';
import { caughtUpSince, openLine, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

/** With one more, 64 characters of three bytes each: the most that a column's name has, three times PostgreSQL's limit. */
const LONG = '語'.repeat(63);
/** A table's name becomes the name of a file, five bytes a character, and file systems stop at 255. */
const LONG_TABLE = '語'.repeat(49);
const TABLES = [
  'with space',
  'quote"d',
  "apo'strophe",
  'back`tick',
  'dot.ted',
  'MixedCase',
  'select',
  'percent%s $1',
  `${LONG_TABLE}一`,
  `${LONG_TABLE}二`,
];
const COLUMNS = ['order', 'Group By', 'a"b', "c'd", 'e`f', 'g.h', 'Über', 'pg:1 ?', `${LONG}一`, `${LONG}二`];

test.each(['mysql', 'mariadb'] as const)('tables and columns with odd names arrive from %s', async (source) => {
  const line = await openLine({ source, log: 'embedded', yaml: '' });
  try {
    await onSource(line, ...TABLES.map(createTable), ...TABLES.map((table) => insert(table, 1)));
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await onSource(line, ...TABLES.flatMap(change));
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    const [counted] = await onTarget(line, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
    expect(counted).toEqual({ count: String(TABLES.length) });
  } finally {
    await line.close();
  }
});

function name(text: string): string {
  return `\`${text.replaceAll('`', '``')}\``;
}

function createTable(table: string): string {
  const columns = COLUMNS.map((column) => `${name(column)} varchar(20)`);
  return `CREATE TABLE ${name(table)} (${name('Primary Key')} int PRIMARY KEY, ${columns.join(', ')},
    UNIQUE KEY ${name('order')} (${name('order')}), KEY ${name(`${LONG}三`)} (${name('g.h')})) CHARACTER SET utf8mb4`;
}

function insert(table: string, key: number): string {
  const values = COLUMNS.map((_, index) => `'${key}/${index}'`);
  return `INSERT INTO ${name(table)} VALUES (${key}, ${values.join(', ')})`;
}

function change(table: string): readonly string[] {
  const set = COLUMNS.map((column) => `${name(column)} = CONCAT(${name(column)}, '+')`);
  return [
    insert(table, 2),
    insert(table, 3),
    `UPDATE ${name(table)} SET ${set.join(', ')} WHERE ${name('Primary Key')} = 1`,
    `DELETE FROM ${name(table)} WHERE ${name('order')} = '2/0'`,
  ];
}
