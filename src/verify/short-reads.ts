import { ChunkSize } from '../mysql/chunk-size.ts';
import type { Bound, KeyRange } from '../mysql/key-order.ts';
import type { Throttle } from '../mysql/throttle.ts';
import type { RowPrint } from './row-print.ts';
import { SentRows } from './sent-rows.ts';
import {
  boundBehind,
  CHUNK_BYTES,
  chunkBound,
  type ReadRange,
  readInto,
  type SourceReader,
  type SourceRows,
  selectRange,
} from './source-rows.ts';
import type { VerifiedTable } from './verified-table.ts';

/**
 * How a range is read by short statements with a rest behind each: the source gives a long one all of a core for some
 * milliseconds at a time, and whoever shares it waits for them.
 */
export interface ShortReads {
  readonly throttle: Throttle;
  /** Of one statement; learns. */
  readonly size: ChunkSize;
}

/** Less than the slice for which a scheduler lets a scan have its core before others that wait for it. */
const STEP_MS = 2;
const MOST_STEP_ROWS = 2_000;

/** How many rows the next short statement of a table takes. */
export function stepSize({ readable }: VerifiedTable): ChunkSize {
  return new ChunkSize({ targetMs: STEP_MS, mostBytes: CHUNK_BYTES, mostRows: MOST_STEP_ROWS }, readable.rowBytes);
}

/** The first rows of a range. */
export interface ReadSoFar {
  readonly source: SourceRows;
  /** The bound behind them; null: they are all of the range. */
  readonly behind: Bound | null;
}

/** Rows of a range, or as many of its first, in key order by short statements; of a table with a key's order. TooManyBytes. */
export async function readSourceSteps(
  reader: SourceReader,
  table: VerifiedTable,
  { print, range, first, steps }: ReadRange & { readonly print: RowPrint; readonly steps: ShortReads },
): Promise<ReadSoFar> {
  const rows = new SentRows(table, print, reader.lines);
  const most = first ?? Number.POSITIVE_INFINITY;
  let lower = range.lower;
  for (;;) {
    const limit = Math.min(most - rows.rows, steps.size.rows);
    lower = await readStep(reader, table, { rows, steps, range: { ...range, lower }, limit });
    if (lower === null || rows.rows >= most) return { source: rows.end(), behind: lower };
  }
}

interface Step {
  readonly rows: SentRows;
  readonly steps: ShortReads;
  readonly range: KeyRange;
  /** Of rows. */
  readonly limit: number;
}

/** The bound behind what was read; null: it was the rest of the range. */
async function readStep(reader: SourceReader, table: VerifiedTable, step: Step): Promise<Bound | null> {
  const { rows, steps } = step;
  const before = { rows: rows.rows, bytes: rows.bytes };
  const startedMs = performance.now();
  return await steps.throttle.step(
    async () => {
      const behind = await (table.boundColumns === null ? readUpTo : readFirst)(reader, table, step);
      steps.size.learn(rows.rows - before.rows, rows.bytes - before.bytes, performance.now() - startedMs);
      return behind;
    },
    () => rows.rows - before.rows,
  );
}

async function readFirst(
  { connection }: SourceReader,
  table: VerifiedTable,
  { rows, range, limit }: Step,
): Promise<Bound | null> {
  const before = rows.rows;
  await readInto(rows, connection, { sql: selectRange(table, { range, first: limit }) });
  return rows.rows - before < limit ? null : boundBehind(table, rows);
}

/** Where a row does not tell its bound, the bound is asked for first. */
async function readUpTo(
  { connection }: SourceReader,
  table: VerifiedTable,
  { rows, range, limit }: Step,
): Promise<Bound | null> {
  const bound = await chunkBound(connection, table, { range, rows: limit });
  const part = bound === null ? range : { ...range, upper: bound };
  await readInto(rows, connection, { sql: selectRange(table, { range: part, first: null }) });
  return bound;
}
