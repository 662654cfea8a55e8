import type { MysqlConnection } from '../../mysql/connection.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import type { HashPlan } from './hash-plan.ts';
import { type Chunk, sourceHashes, targetHashes } from './hash-sql.ts';

interface BucketSum {
  readonly rows: number;
  /** Sums of both parts of the rows' hashes, in digits. */
  readonly low: string | null;
  readonly high: string | null;
}

/** What one side has of a chunk: by bucket, only those that have rows. */
export interface ChunkSums {
  readonly rows: number;
  readonly buckets: ReadonlyMap<number, BucketSum>;
}

export interface SumsComparison {
  readonly isEqual: boolean;
  readonly sourceRows: number;
  readonly targetRows: number;
  /** Buckets whose rows are not the same on both sides (INV-131), ascending. */
  readonly differing: readonly number[];
  /** Rows that stand in those, on the side that has more of them. */
  readonly rowsToRead: number;
}

/** A row of answer costs about as much as this many rows' hashes save: fewer rows a bucket would save little more. */
const ROWS_PER_BUCKET = 128;
const MOST_BUCKETS = 4096;

/** How many buckets are worth asking for, of a chunk of about this many rows. */
export function bucketsFor(rows: number): number {
  return Math.max(1, Math.min(MOST_BUCKETS, Math.ceil(rows / ROWS_PER_BUCKET)));
}

/** One statement on the source, which sees what any statement sees at that moment. */
export async function sourceSums(connection: MysqlConnection, plan: HashPlan, chunk: Chunk): Promise<ChunkSums> {
  return sumsOf(await connection.rows(sourceHashes(plan, chunk)));
}

/** The same on the target, whenever the caller knows that it should be equal. */
export async function targetSums(session: PostgresSession, plan: HashPlan, chunk: Chunk): Promise<ChunkSums> {
  return sumsOf((await session.query(targetHashes(plan, chunk))).rows);
}

/** One text of all rows, whatever their order: their number and both sums, in hexadecimal. */
export function wholeSum({ rows, buckets }: ChunkSums): string {
  const sum = (of: (bucket: BucketSum) => string | null) =>
    [...buckets.values()].reduce((total, bucket) => total + BigInt(of(bucket) ?? 0), 0n).toString(16);
  return `${rows.toString(16)}-${sum(({ low }) => low)}-${sum(({ high }) => high)}`;
}

function sumsOf(answer: readonly Readonly<Record<string, string | null>>[]): ChunkSums {
  const buckets = new Map<number, BucketSum>();
  let rows = 0;
  for (const { bucket, n, low, high } of answer) {
    buckets.set(Number(bucket), { rows: Number(n), low: low ?? null, high: high ?? null });
    rows += Number(n);
  }
  return { rows, buckets };
}

export function compareSums(source: ChunkSums, target: ChunkSums): SumsComparison {
  const all = new Set([...source.buckets.keys(), ...target.buckets.keys()]);
  const differing = [...all].filter((bucket) => !isSame(source.buckets.get(bucket), target.buckets.get(bucket)));
  const rowsIn = (sums: ChunkSums) =>
    differing.reduce((rows, bucket) => rows + (sums.buckets.get(bucket)?.rows ?? 0), 0);
  return {
    isEqual: differing.length === 0,
    sourceRows: source.rows,
    targetRows: target.rows,
    differing: differing.sort((a, b) => a - b),
    rowsToRead: Math.max(rowsIn(source), rowsIn(target)),
  };
}

/** A server that could not make a hash gives no sum of it, or a smaller one. */
function isSame(a: BucketSum | undefined, b: BucketSum | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.rows === b.rows && a.low !== null && a.low === b.low && a.high === b.high;
}
