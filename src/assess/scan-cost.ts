import { SluiceError } from '../contract/error.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection, Row } from '../mysql/connection.ts';
import { quoteTable } from '../mysql/identifier.ts';
import type { DataScanOptions } from './data-scan.ts';
import { pathOf } from './stratum.ts';

/** What the scan is going to take, said before it begins. */
export interface ScanCost {
  readonly tables: number;
  /** By the server's own estimate of each table. */
  readonly rows: number;
  readonly bytes: number;
  /** With the rests of the throttle; null where nothing could be measured. */
  readonly expectedMs: number | null;
  readonly readSpeed: ReadSpeed | null;
  /** Tables without a key, or without an index for a sample: each is read by one statement without a rest in it. */
  readonly unchunked: readonly string[];
}

/** Measured: rows fetched by this machine from the largest tables, over this network. */
export interface ReadSpeed {
  readonly rows: number;
  readonly bytes: number;
  readonly tookMs: number;
}

const MEASURED_TABLES = 3;
const MEASURED_ROWS = 2000;
const MEASURED_BYTES = 4 * 1024 * 1024;

export async function scanCost(
  connection: MysqlConnection,
  { tables, limits, throttle }: Pick<DataScanOptions, 'tables' | 'limits' | 'throttle'>,
): Promise<ScanCost> {
  const shares = tables.map((table) => ({
    table,
    rows: Math.min(table.estimateRows, limits.sampleRows ?? Number.POSITIVE_INFINITY),
  }));
  const rows = Math.round(shares.reduce((sum, share) => sum + share.rows, 0));
  const bytes = Math.round(shares.reduce((sum, share) => sum + share.rows * rowBytes(share.table), 0));
  const readSpeed = await measure(connection, tables);
  return {
    tables: tables.length,
    rows,
    bytes,
    expectedMs: readSpeed === null ? null : expected(rows, readSpeed, throttle),
    readSpeed,
    unchunked: shares
      .filter(({ table, rows: read }) => isOneStatement(table, limits) && read > limits.chunkRows)
      .map(({ table }) => `${table.version.database}.${table.version.table}`),
  };
}

/** A sample of a table without a key has places of their own along an index, if there is one. */
function isOneStatement(table: CatalogueTable, { sampleRows }: DataScanOptions['limits']): boolean {
  if (table.version.key.length > 0) return false;
  return sampleRows === null || pathOf(table) === null;
}

export function rowBytes({ estimateRows, estimateBytes }: CatalogueTable): number {
  return estimateRows === 0 ? 0 : estimateBytes / estimateRows;
}

function expected(rows: number, speed: ReadSpeed, { share, rowsPerSecond }: DataScanOptions['throttle']): number {
  const atWorkMs = (rows / speed.rows) * speed.tookMs;
  const byRows = rowsPerSecond === null ? 0 : (rows / rowsPerSecond) * 1000;
  return Math.round(Math.max(atWorkMs / share, byRows));
}

/** A short read of the largest tables; null for an empty source or where none of them can be read. */
async function measure(connection: MysqlConnection, tables: readonly CatalogueTable[]): Promise<ReadSpeed | null> {
  const filled = tables.filter(({ estimateRows }) => estimateRows > 0);
  const largest = filled.sort((a, b) => b.estimateBytes - a.estimateBytes).slice(0, MEASURED_TABLES);
  let speed: ReadSpeed = { rows: 0, bytes: 0, tookMs: 0 };
  for (const table of largest) {
    const limit = Math.max(1, Math.min(MEASURED_ROWS, Math.floor(MEASURED_BYTES / Math.max(1, rowBytes(table)))));
    const startedAtMs = performance.now();
    const rows = await rowsOf(connection, `SELECT * FROM ${quoteTable(table.version)} LIMIT ${limit}`);
    const tookMs = performance.now() - startedAtMs;
    const bytes = rows.reduce(
      (sum, row) => sum + Object.values(row).reduce((size, cell) => size + (cell?.length ?? 0), 0),
      0,
    );
    speed = { rows: speed.rows + rows.length, bytes: speed.bytes + bytes, tookMs: speed.tookMs + tookMs };
  }
  return speed.rows === 0 ? null : speed;
}

/** None where the server refuses this table: the scan itself names it. */
async function rowsOf(connection: MysqlConnection, sql: string): Promise<readonly Row[]> {
  try {
    return await connection.rows(sql);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    return [];
  }
}
