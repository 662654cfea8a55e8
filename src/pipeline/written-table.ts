import type { TableName } from '../contract/change.ts';
import type { PostgresSession } from '../postgres/connection.ts';

/** Tables whose rows this pipeline has written, and that were not dropped or renamed at the source since. */
export async function writtenTables(target: PostgresSession, pipeline: string): Promise<readonly TableName[]> {
  const made = await target.query(`SELECT to_regclass('sluice.table_version') IS NOT NULL AS made`);
  if (made.rows[0]?.['made'] !== 't') return [];
  const { rows } = await target.query(
    'SELECT DISTINCT database, "table" FROM sluice.table_version WHERE pipeline = $1 ORDER BY 1, 2',
    [pipeline],
  );
  return rows.map((row) => ({ database: row['database'] ?? '', table: row['table'] ?? '' }));
}
