import type { HashPlan } from './hash-plan.ts';

export interface Chunk {
  /**
   * Condition of this side's SQL that chooses the chunk's rows; null: all of the table. The server keeps 128 bytes of each
   * of them for the length of the statement.
   */
  readonly where: string | null;
  /** Into how many buckets the chunk's rows are put, at least 1. */
  readonly buckets: number;
}

/** Of a hash's 64 letters: 60 bits, which are no negative number on either server. */
const PART_LETTERS = 15;
/** Of the hash that chooses the bucket. */
const BUCKET_LETTERS = 7;

interface Side {
  /** SHA-256 in hexadecimal letters of cells joined to one text. */
  digest(cells: readonly string[]): string;
  /** The number that some letters of a digest are. */
  part(digest: string, from: number, letters: number): string;
  readonly table: string;
  /** Keeps the server from working out each digest once more wherever it is named. */
  readonly apart: string;
}

function sourceSide({ table }: HashPlan): Side {
  return {
    digest: (cells) => `SHA2(CONCAT_WS(';', ${cells.map((cell) => `COALESCE(${cell}, 'N')`).join(', ')}), 256)`,
    part: (digest, from, letters) => `CAST(CONV(SUBSTR(${digest}, ${from}, ${letters}), 16, 10) AS UNSIGNED)`,
    table: table.source,
    apart: 'LIMIT 18446744073709551615',
  };
}

function targetSide({ table }: HashPlan): Side {
  const joined = (cells: readonly string[]) => cells.map((cell) => `coalesce(${cell}, 'N')`).join(` || ';' || `);
  return {
    digest: (cells) => `encode(sha256(convert_to(${joined(cells)}, 'UTF8')), 'hex')`,
    part: (digest, from, letters) => `('x' || substr(${digest}, ${from}, ${letters}))::bit(${letters * 4})::bigint`,
    table: table.target,
    apart: 'OFFSET 0',
  };
}

/** Of each bucket of a chunk that has rows: its number, their count and two sums of their hashes, whatever their order. */
export function sourceHashes(plan: HashPlan, chunk: Chunk): string {
  return hashes(plan, sourceSide(plan), 'source', chunk);
}

export function targetHashes(plan: HashPlan, chunk: Chunk): string {
  return hashes(plan, targetSide(plan), 'target', chunk);
}

function hashes(plan: HashPlan, side: Side, at: 'source' | 'target', { where, buckets }: Chunk): string {
  const { keyCells } = plan;
  const columns = [`${side.digest(cellsOf(plan, at))} AS h`];
  if (keyCells !== null && buckets > 1) columns.push(`${side.digest(keyCells.map((cell) => cell[at]))} AS k`);
  const bucket = buckets === 1 ? '0' : bucketOf(side, keyCells === null ? 'h' : 'k', buckets);
  const rows = `SELECT ${columns.join(', ')} FROM ${side.table}${where === null ? '' : ` WHERE ${where}`} ${side.apart}`;
  const sum = (from: number) => `SUM(${side.part('h', from, PART_LETTERS)})`;
  const sums = `COUNT(*) AS n, ${sum(1)} AS low, ${sum(1 + PART_LETTERS)} AS high`;
  return `SELECT ${bucket} AS bucket, ${sums} FROM (${rows}) AS hashed GROUP BY bucket`;
}

/** No column at all still counts rows. */
function cellsOf({ cells }: HashPlan, at: 'source' | 'target'): readonly string[] {
  return cells.length === 0 ? ["''"] : cells.map((cell) => cell[at]);
}

function bucketOf(side: Side, digest: string, buckets: number): string {
  // A row that a server cannot hash is in a bucket all the same: without a hash that bucket equals nothing.
  return `COALESCE(MOD(${side.part(digest, 1, BUCKET_LETTERS)}, ${buckets}), 0)`;
}

/** Condition that chooses the rows of these buckets out of `buckets`. */
export function sourceBuckets(plan: HashPlan, chosen: readonly number[], buckets: number): string {
  return inBuckets(plan, sourceSide(plan), 'source', { chosen, buckets });
}

export function targetBuckets(plan: HashPlan, chosen: readonly number[], buckets: number): string {
  return inBuckets(plan, targetSide(plan), 'target', { chosen, buckets });
}

interface Chosen {
  readonly chosen: readonly number[];
  readonly buckets: number;
}

function inBuckets(plan: HashPlan, side: Side, at: 'source' | 'target', { chosen, buckets }: Chosen): string {
  if (chosen.length === 0) return '1 = 0';
  if (buckets === 1) return '1 = 1';
  const cells = plan.keyCells?.map((cell) => cell[at]) ?? cellsOf(plan, at);
  return `${bucketOf(side, side.digest(cells), buckets)} IN (${chosen.join(', ')})`;
}
