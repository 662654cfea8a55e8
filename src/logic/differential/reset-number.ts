import type { Connection } from 'mysql2/promise';
import type { Client } from 'pg';

const SOURCE_NUMBERED = `SELECT table_name FROM information_schema.columns
  WHERE table_schema = DATABASE() AND extra LIKE '%auto_increment%'`;

const SOURCE_NEXT = 'SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE()';

const TARGET_NUMBERED = `SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    AND pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname) IS NOT NULL`;

/** Begins the numbers of tables behind the highest that is there: a rollback gives none back on either server. */
export type ResetNumbers = (tables: readonly string[]) => Promise<void>;

export async function sourceReset(connection: Connection): Promise<ResetNumbers> {
  const rowsOf = async (sql: string): Promise<string[][]> => {
    const [rows] = await connection.query({ sql, rowsAsArray: true });
    return rows as string[][];
  };
  const columns = await rowsOf(SOURCE_NUMBERED);
  const numbered = new Map(columns.map(([name = '']) => [name.toLowerCase(), name]));
  // MySQL tells of numbers from a cache of a day; MariaDB has none.
  await connection.query('SET SESSION information_schema_stats_expiry = 0').catch(() => undefined);
  const nextNumbers = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await rowsOf(SOURCE_NEXT)).map(([name = '', next]) => [name, String(next)]));
  let clean = new Map<string, string>();
  return async (tables) => {
    const names = tables.flatMap((table) => numbered.get(table.toLowerCase()) ?? []);
    if (names.length === 0) return;
    // ALTER TABLE is dear: only where a number was given since.
    const now = await nextNumbers();
    const used = names.filter((name) => now.get(name) !== clean.get(name));
    for (const name of used) await connection.query(`ALTER TABLE \`${name.replaceAll('`', '``')}\` AUTO_INCREMENT = 1`);
    if (used.length === 0) return;
    const after = await nextNumbers();
    clean = new Map([...clean, ...used.map((name) => [name, after.get(name) ?? ''] as const)]);
  };
}

export async function targetReset(client: Client): Promise<ResetNumbers> {
  const { rows } = await client.query<string[]>({ text: TARGET_NUMBERED, rowMode: 'array' });
  return async (tables) => {
    for (const [table = '', column = '', sequence = ''] of rows) {
      if (!tables.some((name) => name.toLowerCase() === table.toLowerCase())) continue;
      const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      await client.query(
        `SELECT setval('${sequence.replaceAll("'", "''")}', COALESCE(MAX(${name(column)}), 0) + 1, false) FROM ${name(table)}`,
      );
    }
  };
}
