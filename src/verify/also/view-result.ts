import type { ValuePolicy } from '../../column/codec.ts';
import { columnTypeOf } from '../../column/describe.ts';
import { codecOf } from '../../column/family.ts';
import type { ComparedObject } from '../../contract/compared-object.ts';
import { SluiceError } from '../../contract/error.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteTable } from '../../mysql/identifier.ts';
import type { View } from '../../mysql/schema-object.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable as quoteTargetTable, type TargetName } from '../../postgres/quote.ts';
import {
  type ChunkSums,
  compareSums,
  type SumsComparison,
  sourceSums,
  targetSums,
  wholeSum,
} from '../pushdown/chunk-sums.ts';
import { type HashPlan, hashPlan, type PushedColumn } from '../pushdown/hash-plan.ts';

export interface ComparedView {
  readonly view: View;
  readonly target: TargetName;
  /** By which zero dates of the tables beneath have become what they are on the target. */
  readonly policy: ValuePolicy;
}

/** Where rows may come meanwhile: whether the target has all that the source has by now. */
export interface Moving {
  /** Resolves when it has; false: not within the time that is worth waiting. */
  readonly untilApplied: () => Promise<boolean>;
}

const WHOLE = { where: null, buckets: 1 };
/** Looks at a view while rows may come. */
const MOST_LOOKS = 4;

/**
 * Both sides' results of one view as multisets of canonical rows, hashed inside the servers. `moving` null: nothing comes.
 * What a server refuses to run is not compared, with its own words.
 */
export async function compareView(
  source: MysqlConnection,
  target: PostgresSession,
  compared: ComparedView,
  moving: Moving | null,
): Promise<ComparedObject> {
  const { view, target: name } = compared;
  const object = `${name.schema}.${name.table}`;
  try {
    const plan = await planOf(target, compared);
    const read = { source: () => sourceSums(source, plan, WHOLE), target: () => targetSums(target, plan, WHOLE) };
    const sums =
      moving === null
        ? compareSums(await read.source(), await read.target())
        : await limited(source, target, () => settled(read, moving));
    if (sums === null) return notCompared(object, 'rows are still coming: both results would be of different moments');
    return resultOf(object, sums, plan, view.columns.length);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (moving !== null && CUT_SHORT.has(error.code)) return notCompared(object, TOO_LONG);
    if (error.disposition === 'retry') throw error;
    return notCompared(object, `a server does not run it: ${error.message}`);
  }
}

/** What a view may take of servers that work for others. */
const LONGEST_S = 10;
const CUT_SHORT: ReadonlySet<string> = new Set(['SOURCE_QUERY_INTERRUPTED', 'TARGET_CANCELLED']);
const TOO_LONG = `it takes over ${LONGEST_S} s on a server: compared with --still alone`;

async function limited<T>(source: MysqlConnection, target: PostgresSession, work: () => Promise<T>): Promise<T> {
  const limit = async (seconds: number) => {
    const isMysql = source.server.kind === 'mysql';
    await source.run(isMysql ? `SET max_execution_time = ${seconds * 1000}` : `SET max_statement_time = ${seconds}`);
    await target.query(`SET statement_timeout = '${seconds}s'`);
  };
  await limit(LONGEST_S);
  try {
    return await work();
  } finally {
    await limit(0);
  }
}

interface Reading {
  readonly source: () => Promise<ChunkSums>;
  readonly target: () => Promise<ChunkSums>;
}

/**
 * Equal results are equal whenever they were read. A difference counts only where each side gave the same twice, the
 * source before, between and after, the target when it had all that the source had; null: that was never so.
 */
async function settled(read: Reading, { untilApplied }: Moving): Promise<SumsComparison | null> {
  let before: { readonly source: ChunkSums; readonly target: ChunkSums } | null = null;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const source = await read.source();
    const hasAll = await untilApplied();
    const target = await read.target();
    const sums = compareSums(source, target);
    if (sums.isEqual) return sums;
    if (!hasAll) return null;
    const isSame = before !== null && isLike(before.source, source) && isLike(before.target, target);
    if (isSame && isLike(source, await read.source())) return sums;
    before = { source, target };
  }
  return null;
}

function isLike(a: ChunkSums, b: ChunkSums): boolean {
  return wholeSum(a) === wholeSum(b);
}

/** Of a view that is not compared, with the reason. */
export function notCompared(object: string, reason: string): ComparedObject {
  return { name: 'view', object, state: 'not-compared', source: null, target: null, reason, cure: null };
}

async function planOf(session: PostgresSession, { view, target, policy }: ComparedView): Promise<HashPlan> {
  const there = await typesOf(session, target);
  const columns = view.columns.flatMap(({ name, columnType, charset }): PushedColumn[] => {
    const targetType = there.get(name);
    if (targetType === undefined) return [];
    return [{ name, codec: codecOf(columnTypeOf(columnType, charset)), targetName: name, targetType, policy }];
  });
  const from = { source: quoteTable({ database: view.database, table: view.name }), target: quoteTargetTable(target) };
  return hashPlan({ ...from, columns, key: [], masked: new Set() });
}

async function typesOf(session: PostgresSession, name: TargetName): Promise<ReadonlyMap<string, string>> {
  const { rows } = await session.query(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
    [quoteTargetTable(name)],
  );
  return new Map(rows.map((row) => [row['name'] ?? '', row['type'] ?? '']));
}

/** The rows beneath are equal then, by the rule of their column. */
const ZERO_DATES =
  'a condition on dates decides otherwise for a zero date, which is NULL or another date on the target (sluice verify --losses counts them)';

function resultOf(object: string, sums: SumsComparison, plan: HashPlan, all: number): ComparedObject {
  const counts = { source: `${sums.sourceRows} rows`, target: `${sums.targetRows} rows` };
  const base = { name: 'view', object, ...counts, cure: null } as const;
  const left = plan.streamed.map(({ name }) => name);
  const absent = all - plan.cells.length - left.length;
  if (absent > 0) return { ...base, state: 'different', reason: `${absent} of its columns are not on the target` };
  if (!sums.isEqual) {
    const isCount = sums.sourceRows !== sums.targetRows;
    const reason = isCount
      ? 'the servers give different numbers of rows'
      : 'the servers give other values in some rows';
    return {
      ...base,
      state: 'different',
      reason,
      cure: `SELECT * FROM ${plan.table.source} at the source, and FROM ${plan.table.target} on the target; ${ZERO_DATES}`,
    };
  }
  const reason = left.length === 0 ? null : `but for columns whose values have no common text: ${left.join(', ')}`;
  return { ...base, state: 'equal', reason };
}
