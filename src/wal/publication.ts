import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';

/** First half of our advisory locks, as the sink's: "SLUC"; 0 while tables of ours are made. */
const LOCK = 'SELECT pg_advisory_xact_lock(1397511491, 0)';

const TABLES = `
  CREATE TABLE IF NOT EXISTS sluice.reverse_table (
    pipeline text NOT NULL, schema text NOT NULL, "table" text NOT NULL, identity text NOT NULL, identity_index text,
    shapes jsonb NOT NULL DEFAULT '[]', refused text, noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (pipeline, schema, "table"));
  CREATE TABLE IF NOT EXISTS sluice.canary (pipeline varchar(64) NOT NULL PRIMARY KEY, beat_us bigint NOT NULL);`;

/** Of a table of ours that goes the way back as proof of it. */
export const CANARY: TargetName = { schema: 'sluice', table: 'canary' };

/** Our own tables on the target for the way back. */
export async function makeReverseTables(session: PostgresSession): Promise<void> {
  await session.query('BEGIN');
  await session.query(LOCK);
  const schema = await session.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'sluice'`);
  if (schema.rowCount === 0) await session.query('CREATE SCHEMA sluice');
  await session.query(TABLES);
  await session.query('COMMIT');
}

const NOTE = `
  INSERT INTO sluice.reverse_table (pipeline, schema, "table", identity, identity_index)
  SELECT $1, n.nspname, c.relname, c.relreplident,
         (SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
          WHERE x.indrelid = c.oid AND x.indisreplident)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $2 AND c.relname = $3
  ON CONFLICT DO NOTHING`;

/**
 * Old rows come whole from here on, unchanged TOASTed values included. What the table had is noted in the transaction
 * that changes it (INV-144).
 */
export async function tellOldRows(session: PostgresSession, pipeline: string, name: TargetName): Promise<void> {
  await session.query('BEGIN');
  await session.query(NOTE, [pipeline, name.schema, name.table]);
  const { rows } = await session.query(`SELECT relreplident AS identity FROM pg_class WHERE oid = $1::regclass`, [
    quoteTable(name),
  ]);
  if (rows[0]?.['identity'] !== 'f') await session.query(`ALTER TABLE ${quoteTable(name)} REPLICA IDENTITY FULL`);
  await session.query('COMMIT');
}

/** Puts back what each table had, as it was noted, and forgets it. A table that is gone is passed over. */
export async function restoreIdentities(session: PostgresSession, pipeline: string): Promise<void> {
  const { rows } = await session.query(
    `SELECT schema, "table", identity, identity_index, to_regclass(format('%I.%I', schema, "table")) IS NOT NULL AS there
     FROM sluice.reverse_table WHERE pipeline = $1`,
    [pipeline],
  );
  for (const row of rows) {
    const name = { schema: row['schema'] ?? '', table: row['table'] ?? '' };
    await session.query('BEGIN');
    if (row['there'] === 't')
      await session.query(
        `ALTER TABLE ${quoteTable(name)} REPLICA IDENTITY ${identityClause(row['identity'], row['identity_index'])}`,
      );
    await session.query('DELETE FROM sluice.reverse_table WHERE pipeline = $1 AND schema = $2 AND "table" = $3', [
      pipeline,
      name.schema,
      name.table,
    ]);
    await session.query('COMMIT');
  }
}

function identityClause(identity: string | null | undefined, index: string | null | undefined): string {
  if (identity === 'f') return 'FULL';
  if (identity === 'n') return 'NOTHING';
  return identity === 'i' && index ? `USING INDEX ${quoteIdent(index)}` : 'DEFAULT';
}

/** The publication holds exactly these tables, made or altered. Each tells its old rows already: else an UPDATE fails. */
export async function publish(session: PostgresSession, name: string, tables: readonly TargetName[]): Promise<void> {
  const list = tables.map(quoteTable).join(', ');
  const known = await session.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [name]);
  if (known.rowCount > 0) await session.query(`ALTER PUBLICATION ${quoteIdent(name)} SET TABLE ${list}`);
  else
    await session.query(
      `CREATE PUBLICATION ${quoteIdent(name)} FOR TABLE ${list}
       WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`,
    );
}

export async function unpublish(session: PostgresSession, name: string): Promise<void> {
  await session.query(`DROP PUBLICATION IF EXISTS ${quoteIdent(name)}`);
}
