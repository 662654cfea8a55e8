import type { ReadSpeed, ScanCost } from './scan-cost.ts';

/** How large the target will be and how long the copy takes, with all that was assumed. */
export interface LoadEstimate {
  readonly rows: number;
  readonly sourceBytes: number;
  readonly targetBytes: number;
  /** Disk that the target should have free: rows, indexes, and the write-ahead log of the load. */
  readonly diskBytes: number;
  /** null where nothing could be measured. */
  readonly copyMs: { readonly shortest: number; readonly longest: number } | null;
  readonly measured: ReadSpeed | null;
  readonly assumptions: readonly string[];
}

/** Bytes that PostgreSQL adds to a row: header and line pointer, less what InnoDB keeps for itself. */
const ROW_OVERHEAD_BYTES = 16;
const INDEX_RATIO = 1.5;
const WAL_RATIO = 1;
/** Of fewer the time tells nothing of bytes: the source counts whole pages, 16 KiB for an empty table. */
const FEWEST_BYTES = 65_536;
/** A copy reads, converts, logs and writes: it is at best as fast as one plain read, at worst this much slower. */
const SLOWEST_RATIO = 6;

/** `rows` and `bytes` of all tables, not of the sample. */
export function estimateLoad({ rows, bytes, readSpeed }: Pick<ScanCost, 'rows' | 'bytes' | 'readSpeed'>): LoadEstimate {
  const targetBytes = bytes + rows * ROW_OVERHEAD_BYTES;
  const readMs = readSpeed === null ? null : readMsOf({ rows, bytes }, readSpeed);
  return {
    rows,
    sourceBytes: bytes,
    targetBytes,
    diskBytes: Math.round(targetBytes * (1 + INDEX_RATIO + WAL_RATIO)),
    copyMs: readMs === null ? null : { shortest: Math.round(readMs), longest: Math.round(readMs * SLOWEST_RATIO) },
    measured: readSpeed,
    assumptions: [
      'rows and bytes are the estimates of the server itself, which are often 20 % off',
      `the target takes ${ROW_OVERHEAD_BYTES} bytes a row more than the source's data`,
      `indexes take ${INDEX_RATIO} times the rows, the write-ahead log of the load as much as the rows`,
      `the copy is between as fast as the short read that was measured here and ${SLOWEST_RATIO} times slower; indexes and foreign keys come after it`,
    ],
  };
}

/** By rows or by bytes, whichever takes longer: large rows are slow by their bytes, small ones by their number. */
function readMsOf({ rows, bytes }: { readonly rows: number; readonly bytes: number }, speed: ReadSpeed): number {
  const byRows = (rows / speed.rows) * speed.tookMs;
  const byBytes = speed.bytes < FEWEST_BYTES ? 0 : (bytes / speed.bytes) * speed.tookMs;
  return Math.max(byRows, byBytes);
}
