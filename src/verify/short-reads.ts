import { ChunkSize } from '../mysql/chunk-size.ts';
import type { Throttle } from '../mysql/throttle.ts';
import type { RowPrint } from './row-print.ts';
import { SentRows } from './sent-rows.ts';
import {
  boundBehind,
  CHUNK_BYTES,
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

/** Rows of a range in key order, of a table with `boundColumns`, by short statements. TooManyBytes. */
export async function readSourceSteps(
  reader: SourceReader,
  table: VerifiedTable,
  { print, range, first, steps }: ReadRange & { readonly print: RowPrint; readonly steps: ShortReads },
): Promise<SourceRows> {
  const rows = new SentRows(table, print, reader.lines);
  let lower = range.lower;
  for (;;) {
    const left = first === null ? steps.size.rows : Math.min(first - rows.rows, steps.size.rows);
    const read = await readStep(reader, {
      rows,
      steps,
      sql: selectRange(table, { range: { ...range, lower }, first: left }),
    });
    if (read < left || rows.rows === first) return rows.end();
    lower = boundBehind(table, rows);
  }
}

interface Step {
  readonly rows: SentRows;
  readonly steps: ShortReads;
  readonly sql: string;
}

async function readStep(reader: SourceReader, { rows, steps: { throttle, size }, sql }: Step): Promise<number> {
  const before = { rows: rows.rows, bytes: rows.bytes };
  const startedMs = performance.now();
  return await throttle.step(
    async () => {
      await readInto(rows, reader.connection, { sql });
      const read = rows.rows - before.rows;
      size.learn(read, rows.bytes - before.bytes, performance.now() - startedMs);
      return read;
    },
    (read) => read,
  );
}
