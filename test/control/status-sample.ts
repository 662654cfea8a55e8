import type { PipelineStatus } from '../../src/contract/status.ts';

/** A status as a pipeline in the middle of its load would give it. */
export function statusSample(over: Partial<PipelineStatus> = {}): PipelineStatus {
  return {
    pipeline: 'shop',
    mode: 'run',
    state: 'loading',
    asOfMs: 1_800_000_000_000,
    startedAtMs: 1_799_999_990_000,
    pid: 1,
    version: '0.1.0',
    waitingFor: null,
    source: { kind: 'mysql', version: '9.7.0', address: '127.0.0.1:3306/shop', isConnected: true, reconnects: 0 },
    target: { kind: 'postgresql', version: '15.9', address: '127.0.0.1:5432/shop', isConnected: true, reconnects: 0 },
    head: { position: 'a:1-9', polledAtMs: 1_800_000_000_000 },
    stages: (['capture', 'log', 'apply'] as const).map((name) => ({
      name,
      state: 'busy',
      position: 'a:1-9',
      lagMs: 1200,
      rowsPerSecond: 1000,
      bytesPerSecond: 200_000,
      transactionsPerSecond: 100,
      rows: 10_000,
      transactions: 1000,
      backlogRows: 5,
      backlogBytes: 1000,
    })),
    lagMs: 1200,
    isCaughtUp: false,
    snapshot: {
      state: 'copying',
      rowsDone: 500,
      rowsEstimate: 1000,
      rowsPerSecond: 250,
      etaMs: 2000,
      tables: [
        {
          database: 'shop',
          table: 'tbl_order',
          phase: 'copying',
          rowsDone: 500,
          rowsEstimate: 1000,
          rowsPerSecond: 250,
          etaMs: 2000,
          advice: null,
        },
      ],
    },
    heartbeat: { writtenAtMs: 1_800_000_000_000, seenAtMs: 1_799_999_999_000, latencyMs: 30 },
    quarantine: [],
    drift: null,
    retention: [],
    errors: [],
    ...over,
  };
}
