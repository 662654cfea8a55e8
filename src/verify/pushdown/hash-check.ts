import { ChunkSize } from '../../mysql/chunk-size.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { type KeyRange, WHOLE, whereRange } from '../../mysql/key-order.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable } from '../../postgres/quote.ts';
import { keyText } from '../changed-set.ts';
import { type ChunkOptions, checkChunk, type PartOutcome, type PartResult } from '../chunk-check.ts';
import { RowPrint } from '../row-print.ts';
import { settle } from '../settle.ts';
import { inWindow } from '../side.ts';
import { CHUNK_BYTES } from '../source-rows.ts';
import { inTargetRange } from '../target-rows.ts';
import { loadVerified, sourceFrom, type VerifiedTable } from '../verified-table.ts';
import { bucketsFor, compareSums, type SumsComparison, sourceSums, targetSums } from './chunk-sums.ts';
import { type HashPlan, hashPlan } from './hash-plan.ts';
import { sourceBuckets, targetBuckets } from './hash-sql.ts';
import { MOST_WHOLE_ROWS } from './whole-check.ts';

/** How a table's chunks are compared by hashes. */
export interface Hashed {
  readonly hashes: HashPlan;
  /** The key and the columns that the hashes leave out; null: they leave none out. */
  readonly rest: { readonly table: VerifiedTable; readonly print: RowPrint } | null;
  /** All of the table at once, since both servers have no order of its rows in common. */
  readonly isWhole: boolean;
}

export interface HashedChunkOptions extends ChunkOptions, Hashed {}

/** null: its rows are read, since the servers cannot hash the key, or all of a table without a common order. */
export async function loadHashed(
  table: VerifiedTable,
  source: MysqlConnection,
  session: PostgresSession,
): Promise<Hashed | null> {
  const hashes = hashPlanOf(table);
  const isWhole = table.way !== 'ordered';
  if (hashes === null || hashes.streamed.length === 0) return hashes && { hashes, rest: null, isWhole };
  if (isWhole) return null;
  const only = new Set([...hashes.table.key, ...hashes.streamed.map(({ name }) => name)]);
  const rest = await loadVerified(table.scope, source, session, only);
  return 'missing' in rest ? null : { hashes, rest: { table: rest, print: new RowPrint(rest) }, isWhole };
}

function hashPlanOf(table: VerifiedTable): HashPlan | null {
  if (table.way !== 'ordered' && table.readable.estimateRows > MOST_WHOLE_ROWS) return null;
  const names = (table.key?.places ?? []).map((place) => table.compared[place]?.name ?? '');
  const plan = hashPlan({
    source: sourceFrom(table),
    target: `${quoteTable(table.target)} t`,
    columns: table.compared,
    key: names,
    masked: new Set(table.scope.rules?.mask.keys()),
  });
  return plan.keyCells === null && names.length > 0 ? null : plan;
}

interface Looked extends SumsComparison {
  readonly range: KeyRange;
  readonly buckets: number;
  readonly position: string;
}

/**
 * Compares a chunk as `checkChunk` does, with little on the network: both servers hash its rows in one window; rows of the
 * buckets that differ are read and compared in a window of their own, by the ordinary way. A bucket is chosen by the key,
 * so that a row is in the same one on both sides whatever it holds. Columns without a common text are read for all rows.
 */
export async function checkHashedChunk(options: HashedChunkOptions): Promise<PartOutcome> {
  const looked = await look(options);
  if (looked === 'void') return looked;
  const rows = looked.isEqual ? nothing(looked) : await checkChunk(differing(options, looked));
  if (typeof rows === 'string') return again(options, looked, rows);
  const rest = options.rest === null ? null : await checkChunk({ ...inside(options, looked), ...options.rest });
  if (typeof rest === 'string') return again(options, looked, rest);
  return await together(options, looked, { rows, rest });
}

async function look({ sides, changes, table, plan, size, hashes }: HashedChunkOptions): Promise<Looked | 'void'> {
  let range = WHOLE;
  const buckets = bucketsFor(size.rows);
  const startedMs = performance.now();
  return await inWindow(sides, changes, {
    source: async (connection) => {
      ({ range } = await plan(connection));
      const { order } = table.readable;
      const where = order === null ? '' : whereRange(order, range).replace(/^ WHERE /, '');
      const sums = await sourceSums(connection, hashes, { where: where === '' ? null : where, buckets });
      size.learn(sums.rows, 0, performance.now() - startedMs);
      return sums;
    },
    target: async (session) => await targetSums(session, hashes, { where: inTargetRange(table, range), buckets }),
    use: (found) => {
      if (found === 'void') return found;
      return { ...compareSums(found.source, found.target), range, buckets, position: found.point.position.text };
    },
  });
}

/** The chunk once more; what these reads take tells nothing of how long hashing takes. */
function inside(options: HashedChunkOptions, { range, sourceRows }: Looked): ChunkOptions {
  const limits = { targetMs: 1, mostBytes: CHUNK_BYTES, fixedRows: Math.max(1, sourceRows) };
  return { ...options, plan: async () => ({ range, first: null }), size: new ChunkSize(limits, 0) };
}

function differing(options: HashedChunkOptions, looked: Looked): ChunkOptions {
  const { hashes } = options;
  const only = {
    source: sourceBuckets(hashes, looked.differing, looked.buckets),
    target: targetBuckets(hashes, looked.differing, looked.buckets),
  };
  return { ...inside(options, looked), only };
}

/** Too many bytes to be read at once: the next chunk is smaller, and this one is cut anew. */
function again({ size }: HashedChunkOptions, { sourceRows }: Looked, outcome: 'void' | 'too-large') {
  if (outcome === 'too-large') size.shrink(Math.max(2, sourceRows));
  return outcome;
}

function nothing({ position }: Looked): PartResult {
  return { sourceRows: 0, targetRows: 0, equal: 0, unequal: [], changing: [], position };
}

interface Parts {
  readonly rows: PartResult;
  readonly rest: PartResult | null;
}

/** Keys whose other columns are not the same are looked at again with all their columns, so that one row is told once. */
async function together(options: HashedChunkOptions, looked: Looked, { rows, rest }: Parts): Promise<PartOutcome> {
  const told = new Set([...rows.unequal.map(({ key }) => key), ...rows.changing].map(keyText));
  const others = [...(rest?.unequal.map(({ key }) => key) ?? []), ...(rest?.changing ?? [])];
  const suspects = others.filter((key) => !told.has(keyText(key))).map((key) => ({ key, wasUnequal: true }));
  const settled = await settle(suspects, options);
  if (settled.isVoid) return 'void';
  const unequal = [...rows.unequal, ...settled.unequal];
  const changing = [...rows.changing, ...settled.changing];
  const unsure = unequal.filter(({ source }) => source !== null).length + changing.length;
  return {
    ...{ sourceRows: looked.sourceRows, targetRows: looked.targetRows, position: looked.position },
    ...{ equal: Math.max(0, looked.sourceRows - unsure), unequal, changing },
  };
}
