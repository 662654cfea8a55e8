/** What is known of a pipeline beyond its running process: read from our own tables on both servers, and from its backups. */
import { resolve } from 'node:path';
import { type ListedBackup, listBackups } from '../../backup/manifest.ts';
import { type Config, HEARTBEAT_DATABASE } from '../../config/config.ts';
import { sourceAdminLogin, targetLogin } from '../../config/login.ts';
import { connectMysql, type MysqlConnection } from '../../mysql/connection.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import { connectPostgres, type PostgresSession } from '../../postgres/connection.ts';
import { arrayText, quoteIdent } from '../../postgres/quote.ts';

/** Rows of our tables as their server gives them, by table. */
export type EvidenceTables = Readonly<Record<string, readonly unknown[]>>;

export interface EvidenceFacts {
  /** ISO 8601 in UTC. */
  readonly readAt: string;
  /** Host, port and database, without any login. */
  readonly source: string;
  readonly target: string;
  /**
   * The journal of every attempt with its steps, waivers and who asked for it, comparisons, repairs, quarantine,
   * checkpoint, steps of the schema; null: that server was not asked.
   */
  readonly onTarget: EvidenceTables | null;
  /** Checkpoint, quarantine and journalled triggers of the way back; null: that server was not asked. */
  readonly onSource: EvidenceTables | null;
  readonly backups: readonly ListedBackup[];
}

/** Our tables that say what happened, and the columns that hold values of rows: those are no evidence. */
const TARGET_TABLES: Readonly<Record<string, readonly string[]>> = {
  cutover: ['owner'],
  cutover_step: [],
  verification: [],
  repair: [],
  quarantine: ['key', 'old_key', 'before', 'after'],
  paused_table: [],
  held_stream: [],
  checkpoint: [],
  table_load: [],
  schema_step: [],
  dropped_object: [],
  run: [],
  event: [],
  reverse_table: [],
};
const SOURCE_TABLES: Readonly<Record<string, readonly string[]>> = {
  cutover: ['claimed_by'],
  cutover_step: [],
  reverse_checkpoint: [],
  reverse_quarantine: ['key', 'old_key', 'before', 'after'],
  reverse_trigger: [],
};

export async function readEvidence(config: Config, without: readonly ('source' | 'target')[]): Promise<EvidenceFacts> {
  const { source, target, pipeline, folder, backup } = config;
  return {
    readAt: new Date().toISOString(),
    source: `${source.url.host}:${source.url.port}/${source.databases.join(',')}`,
    target: `${target.url.host}:${target.url.port}/${target.url.database}`,
    onTarget: without.includes('target') ? null : await readTarget(config),
    onSource: without.includes('source') ? null : await readSource(config),
    backups: await listBackups(resolve(folder, backup.directory), pipeline),
  };
}

async function readTarget(config: Config): Promise<EvidenceTables> {
  const session = await connectPostgres(targetLogin(config));
  try {
    const found: Record<string, readonly unknown[]> = {};
    for (const [table, hidden] of Object.entries(TARGET_TABLES))
      found[table] = await targetRows(session, config.pipeline, { table, hidden });
    return found;
  } finally {
    await session.close();
  }
}

async function targetRows(
  session: PostgresSession,
  pipeline: string,
  { table, hidden }: { readonly table: string; readonly hidden: readonly string[] },
): Promise<readonly unknown[]> {
  const name = `sluice.${quoteIdent(table)}`;
  const made = await session.query('SELECT to_regclass($1) IS NOT NULL AS made', [name]);
  if (made.rows[0]?.['made'] !== 't') return [];
  const isOurs =
    table === 'cutover_step' ? 'cutover IN (SELECT id FROM sluice.cutover WHERE pipeline = $1)' : 'pipeline = $1';
  const { rows } = await session.query(
    `SELECT (to_jsonb(t) - $2::text[])::text AS line FROM ${name} AS t WHERE ${isOurs} ORDER BY t`,
    [pipeline, arrayText(hidden)],
  );
  return rows.map((row) => JSON.parse(row['line'] ?? 'null') as unknown);
}

async function readSource(config: Config): Promise<EvidenceTables> {
  const connection = await connectMysql(sourceAdminLogin(config.source));
  try {
    const found: Record<string, readonly unknown[]> = {};
    for (const [table, hidden] of Object.entries(SOURCE_TABLES))
      found[table] = await sourceRows(connection, config.pipeline, { table, hidden });
    return found;
  } finally {
    await connection.close();
  }
}

async function sourceRows(
  connection: MysqlConnection,
  pipeline: string,
  { table, hidden }: { readonly table: string; readonly hidden: readonly string[] },
): Promise<readonly unknown[]> {
  const columns = await connection.rows(
    `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?
     ORDER BY ORDINAL_POSITION`,
    [HEARTBEAT_DATABASE, table],
  );
  const shown = columns.flatMap(({ name }) => (name && !hidden.includes(name) ? [quoteIdentifier(name)] : []));
  if (shown.length === 0) return [];
  return await connection.rows(
    `SELECT ${shown.join(', ')} FROM ${quoteIdentifier(HEARTBEAT_DATABASE)}.${quoteIdentifier(table)} WHERE pipeline = ?`,
    [pipeline],
  );
}
