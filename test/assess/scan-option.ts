import type { DataScanOptions } from '../../src/assess/data-scan.ts';
import type { Config } from '../../src/config/config.ts';
import type { CatalogueTable } from '../../src/mysql/catalogue-table.ts';

/** Of a scan of every row that never rests and never waits. */
export function scanOptions(tables: readonly CatalogueTable[], config: Pick<Config, 'tables'>): DataScanOptions {
  return {
    config,
    tables,
    limits: { sampleRows: null, chunkRows: 20_000, smallBytes: 1e9 },
    throttle: { share: 1, rowsPerSecond: null },
    load: { threadsRunning: 1000, replicaLagSeconds: 1000 },
    showsValues: false,
    signal: new AbortController().signal,
    onCost: () => {},
    onStep: () => {},
  };
}
