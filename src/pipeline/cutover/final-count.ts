import type { Config } from '../../config/config.ts';
import { SluiceError } from '../../contract/error.ts';
import type { FinalCount } from '../../cutover/steps/count.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteTable as quoteSource, type TableName } from '../../mysql/identifier.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { arrayText, quoteTable, type TargetName } from '../../postgres/quote.ts';
import { scopedNames } from '../schema/target-schema.ts';
import type { Scope } from '../scope.ts';
import { SpareSessions } from '../spare-sessions.ts';

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
      const leftMs = () => untilMs - performance.now();
      const ends = { source, target };
      const small = tables.slice(0, smallOf(tables));
      // Half of the time, so that one that is held up leaves the others theirs.
      const together = small.length > 1 ? await countTogether(ends, small, leftMs() / 2) : null;
      const counts: FinalCount[] = [...(together ?? [])];
      for (const pair of tables.slice(counts.length)) counts.push(await countPair(ends, pair, leftMs()));
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

interface Sized extends Counted {
  /** As the server estimates it. */
  readonly aboutRows: number;
}

/** By the server's own estimate, which waits for nobody's lock. */
async function smallFirst(session: PostgresSession, pairs: readonly Counted[]): Promise<readonly Sized[]> {
  const names = pairs.map(({ target }) => quoteTable(target));
  const { rows } = await session.query(
    'SELECT name, pg_stat_get_live_tuples(to_regclass(name))::text AS rows FROM unnest($1::text[]) AS name',
    [arrayText(names)],
  );
  const about = new Map(rows.map((row) => [row['name'], Number(row['rows'])]));
  const sized = pairs.map((pair) => ({ ...pair, aboutRows: about.get(quoteTable(pair.target)) ?? 0 }));
  return sized.sort((a, b) => a.aboutRows - b.aboutRows);
}

/** Counted by one statement on each side: of so few rows the way there and back takes longer than counting. */
const MOST_TOGETHER_ROWS = 50_000;
const MOST_TOGETHER = 50;

/** How many of these, the first of them, are counted at once. */
function smallOf(tables: readonly Sized[]): number {
  let rows = 0;
  const end = tables.findIndex(({ aboutRows }) => {
    rows += aboutRows;
    return rows > MOST_TOGETHER_ROWS;
  });
  return Math.min(end === -1 ? tables.length : end, MOST_TOGETHER);
}

interface Ends {
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
}

async function countPair(ends: Ends, pair: Counted, leftMs: number): Promise<FinalCount> {
  const [counted] = (await countTogether(ends, [pair], leftMs)) ?? [];
  return counted ?? { table: nameOf(pair), source: null, target: null };
}

/** null where there is no time for all of them. */
async function countTogether(
  ends: Ends,
  pairs: readonly Counted[],
  leftMs: number,
): Promise<readonly FinalCount[] | null> {
  if (leftMs < 1) return null;
  const limitMs = Math.ceil(leftMs);
  const [source, target] = await Promise.all([
    inTime(countSource(ends.source, pairs, limitMs)),
    inTime(countTarget(ends.target, pairs, limitMs)),
  ]);
  if (source === null || target === null) return null;
  return pairs.map((pair, at) => ({ table: nameOf(pair), source: source[at] ?? '', target: target[at] ?? '' }));
}

function nameOf({ source }: Counted): string {
  return `${source.database}.${source.table}`;
}

async function countSource(
  connection: MysqlConnection,
  pairs: readonly Counted[],
  limitMs: number,
): Promise<readonly string[]> {
  const counts = pairs.map(({ source }, at) => `(SELECT COUNT(*) FROM ${quoteSource(source)}) AS n${at}`).join(', ');
  const sql =
    connection.server.kind === 'mysql'
      ? `SELECT /*+ MAX_EXECUTION_TIME(${limitMs}) */ ${counts}`
      : `SET STATEMENT max_statement_time = ${limitMs / 1000} FOR SELECT ${counts}`;
  const row = await connection.row(sql);
  return pairs.map((_, at) => row[`n${at}`] ?? '');
}

async function countTarget(
  session: PostgresSession,
  pairs: readonly Counted[],
  limitMs: number,
): Promise<readonly string[]> {
  const counts = pairs.map(({ target }, at) => `(SELECT count(*) FROM ${quoteTable(target)})::text AS n${at}`);
  const { rows } = await session.query(`SET statement_timeout = ${limitMs}; SELECT ${counts.join(', ')}`);
  return pairs.map((_, at) => rows[0]?.[`n${at}`] ?? '');
}

/** null where the server ended it. */
async function inTime<A>(count: Promise<A>): Promise<A | null> {
  try {
    return await count;
  } catch (error) {
    if (error instanceof SluiceError && GIVEN_UP.includes(error.code)) return null;
    throw error;
  }
}
