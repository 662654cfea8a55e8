import type { PostgresSession } from './connection.ts';
import { arrayText, quoteTable, type TargetName } from './quote.ts';

/**
 * Of these tables, those that nobody analyzed by hand yet, or of which a tenth and 50 rows changed since any analysis, as
 * the server's own daemon counts: what a session changed before may be told to it only afterwards.
 */
const UNKNOWN = `
  SELECT schemaname AS schema, relname AS "table" FROM pg_stat_all_tables
  WHERE relid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name)
    AND (last_analyze IS NULL OR n_mod_since_analyze > 50 + n_live_tup / 10) ORDER BY 1, 2`;

/** Tables of which the planner knows too little. */
export async function unanalyzed(
  session: PostgresSession,
  tables: readonly TargetName[],
): Promise<readonly TargetName[]> {
  const { rows } = await session.query(UNKNOWN, [arrayText(tables.map(quoteTable))]);
  return rows.map((row) => ({ schema: row['schema'] ?? '', table: row['table'] ?? '' }));
}

/** Has the planner know the table, its partitions included; where the account is not its owner, the server passes over it. */
export async function analyze(session: PostgresSession, table: TargetName): Promise<void> {
  await session.query(`ANALYZE ${quoteTable(table)}`);
}
