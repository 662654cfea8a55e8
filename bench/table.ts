import { type Connection, createConnection } from 'mysql2/promise';

/** Five tables of a shop with the same eleven columns: integers, decimals, datetimes, texts; rows of about 200 bytes. */
export const TABLES = ['customer', 'product', 'purchase', 'item', 'payment'] as const;

const COLUMNS = `id int NOT NULL PRIMARY KEY, customer_id int NOT NULL, product_id int unsigned NOT NULL, quantity smallint,
  price decimal(10,2) NOT NULL, total decimal(14,4), created_at datetime(6) NOT NULL, updated_at datetime,
  status varchar(16) NOT NULL, name varchar(80) NOT NULL, note text, KEY by_customer (customer_id)`;

/** The values of row `n` (an SQL expression) from its id on, as SQL. */
export function rowValues(n: string): string {
  return `${n}, ${n} % 50000, ${n} * 7 % 90000, ${n} % 200, ${n} % 99999 / 100, ${n} % 999999 / 7,
    '2021-03-04 05:06:07.123456' + INTERVAL ${n} SECOND, IF(${n} % 7 = 0, NULL, '2024-01-01' + INTERVAL ${n} MINUTE),
    ELT(1 + ${n} % 4, 'new', 'paid', 'shipped', 'returned'), CONCAT('The name of number ', ${n}),
    CONCAT('a note of about one hundred characters that stands for what a shop writes beside its row ', ${n})`;
}

const SLICE_ROWS = 10_000;

/** `tables` in all: those beyond the five have a row each, and stand for what a schema has besides. */
export async function makeTables(url: string, tables: number): Promise<void> {
  await using connection = await disposable(url);
  await connection.link.query('CREATE DATABASE IF NOT EXISTS bench_digits');
  await connection.link.query('CREATE TABLE IF NOT EXISTS bench_digits.slice (n int PRIMARY KEY)');
  const numbers = Array.from({ length: SLICE_ROWS }, (_, n) => `(${n})`).join(',');
  await connection.link.query(`INSERT IGNORE INTO bench_digits.slice VALUES ${numbers}`);
  for (const table of TABLES) await connection.link.query(`CREATE TABLE ${table} (${COLUMNS})`);
  for (let n = TABLES.length; n < tables; n++) {
    await connection.link.query(
      `CREATE TABLE beside_${n} (${COLUMNS}); INSERT INTO beside_${n} SELECT ${rowValues('1')}`,
    );
  }
}

/** Rows `from` to `from + rows - 1` of one table, in one transaction when `isOne`. */
export async function fillTable(url: string, table: string, range: { from: number; rows: number; isOne?: boolean }) {
  await using connection = await disposable(url);
  const { from, rows, isOne = false } = range;
  if (isOne) await connection.link.query('BEGIN');
  for (let at = 0; at < rows; at += SLICE_ROWS) {
    const values = rowValues(`(n + ${from + at})`);
    const limit = Math.min(SLICE_ROWS, rows - at);
    await connection.link.query(
      `INSERT INTO ${table} SELECT ${values} FROM bench_digits.slice WHERE n < ${limit} ORDER BY n`,
    );
  }
  if (isOne) await connection.link.query('COMMIT');
}

export async function fillTables(url: string, totalRows: number): Promise<void> {
  const rows = Math.floor(totalRows / TABLES.length);
  await Promise.all(TABLES.map((table) => fillTable(url, table, { from: 1, rows })));
  await using connection = await disposable(url);
  await connection.link.query(`ANALYZE TABLE ${TABLES.join(', ')}`);
}

export async function disposable(url: string): Promise<{ readonly link: Connection } & AsyncDisposable> {
  const link = await createConnection({ uri: url, multipleStatements: true });
  return { link, [Symbol.asyncDispose]: () => link.end() };
}
