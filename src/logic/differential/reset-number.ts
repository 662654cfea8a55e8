import type { Connection } from 'mysql2/promise';
import type { Client } from 'pg';

const SOURCE_NUMBERED = `SELECT LOWER(table_name) FROM information_schema.columns
  WHERE table_schema = DATABASE() AND extra LIKE '%auto_increment%'`;

const TARGET_NUMBERED = `SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    AND pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname) IS NOT NULL`;

/** Begins the numbers of tables behind the highest that is there: a rollback gives none back on either server. */
export type ResetNumbers = (tables: readonly string[]) => Promise<void>;

export async function sourceReset(connection: Connection): Promise<ResetNumbers> {
  const [rows] = await connection.query({ sql: SOURCE_NUMBERED, rowsAsArray: true });
  const numbered = new Set((rows as string[][]).map(([name = '']) => name));
  return async (tables) => {
    for (const table of tables) {
      if (numbered.has(table.toLowerCase())) await connection.query(`ALTER TABLE ${table} AUTO_INCREMENT = 1`);
    }
  };
}

export async function targetReset(client: Client): Promise<ResetNumbers> {
  const { rows } = await client.query<string[]>({ text: TARGET_NUMBERED, rowMode: 'array' });
  return async (tables) => {
    for (const [table = '', column = '', sequence = ''] of rows) {
      if (!tables.some((name) => name.toLowerCase() === table.toLowerCase())) continue;
      const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      await client.query(
        `SELECT setval('${sequence}', COALESCE(MAX(${name(column)}), 0) + 1, false) FROM ${name(table)}`,
      );
    }
  };
}
