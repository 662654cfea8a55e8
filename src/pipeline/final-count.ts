import type { Config } from '../config/config.ts';
import { SluiceError } from '../contract/error.ts';
import type { FinalCount } from '../cutover/steps/count.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteTable as quoteSource, type TableName } from '../mysql/identifier.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { arrayText, quoteTable, type TargetName } from '../postgres/quote.ts';
import type { Scope } from './scope.ts';
import { SpareSessions } from './spare-sessions.ts';
import { scopedNames } from './target-schema.ts';

interface Counted {
  readonly source: TableName;
  readonly target: TargetName;
}

/** Both servers end a statement that takes longer by themselves. */
const GIVEN_UP = ['SOURCE_QUERY_INTERRUPTED', 'TARGET_CANCELLED'];

/** Rows of each table on both sides at once, the small tables first, until `cutover.finalCounts` is over; null where it is 0. */
export async function countFinally(
  config: Config,
  scope: Scope,
  signal: AbortSignal,
  spares = new SpareSessions(config),
): Promise<readonly FinalCount[] | null> {
  if (config.cutover.finalCountsMs === 0) return null;
  return await spares.withSource(signal, (source) =>
    spares.withTarget(signal, async (target) => {
      const tables = await smallFirst(target, await pairsOf(source, scope));
      const untilMs = performance.now() + config.cutover.finalCountsMs;
      const counts: FinalCount[] = [];
      for (const pair of tables) counts.push(await countPair({ source, target }, pair, untilMs - performance.now()));
      return counts;
    }),
  );
}

async function pairsOf(connection: MysqlConnection, scope: Scope): Promise<readonly Counted[]> {
  return (await scopedNames(connection, scope)).flatMap(({ database, table }) => {
    const target = scope.targetOf(database, table);
    return target === null ? [] : [{ source: { database, table }, target }];
  });
}

/** By the server's own estimate, which waits for nobody's lock. */
async function smallFirst(session: PostgresSession, pairs: readonly Counted[]): Promise<readonly Counted[]> {
  const names = pairs.map(({ target }) => quoteTable(target));
  const { rows } = await session.query(
    'SELECT name, pg_stat_get_live_tuples(to_regclass(name))::text AS rows FROM unnest($1::text[]) AS name',
    [arrayText(names)],
  );
  const about = new Map(rows.map((row) => [row['name'], Number(row['rows'])]));
  return [...pairs].sort((a, b) => (about.get(quoteTable(a.target)) ?? 0) - (about.get(quoteTable(b.target)) ?? 0));
}

interface Ends {
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
}

async function countPair(ends: Ends, pair: Counted, leftMs: number): Promise<FinalCount> {
  const table = `${pair.source.database}.${pair.source.table}`;
  const none = { table, source: null, target: null };
  if (leftMs < 1) return none;
  const limitMs = Math.ceil(leftMs);
  const [source, target] = await Promise.all([
    inTime(countSource(ends.source, pair.source, limitMs)),
    inTime(countTarget(ends.target, pair.target, limitMs)),
  ]);
  return source === null || target === null ? none : { table, source, target };
}

async function countSource(connection: MysqlConnection, table: TableName, limitMs: number): Promise<string> {
  const count = `COUNT(*) AS n FROM ${quoteSource(table)}`;
  const sql =
    connection.server.kind === 'mysql'
      ? `SELECT /*+ MAX_EXECUTION_TIME(${limitMs}) */ ${count}`
      : `SET STATEMENT max_statement_time = ${limitMs / 1000} FOR SELECT ${count}`;
  return (await connection.row(sql))['n'] ?? '';
}

async function countTarget(session: PostgresSession, name: TargetName, limitMs: number): Promise<string> {
  await session.query(`SET statement_timeout = ${limitMs}`);
  const { rows } = await session.query(`SELECT count(*)::text AS n FROM ${quoteTable(name)}`);
  return rows[0]?.['n'] ?? '';
}

/** null where the server ended it. */
async function inTime(count: Promise<string>): Promise<string | null> {
  try {
    return await count;
  } catch (error) {
    if (error instanceof SluiceError && GIVEN_UP.includes(error.code)) return null;
    throw error;
  }
}
