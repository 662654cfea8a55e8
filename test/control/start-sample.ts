import type { StartStatus } from '../../src/contract/start.ts';

/** A check that was refused. */
export function startSample(over: Partial<StartStatus> = {}): StartStatus {
  return {
    ...{ pipeline: 'shop', verb: 'check', asOfMs: 1_700_000_000_400, startedAtMs: 1_700_000_000_000, state: 'refused' },
    steps: [
      { title: 'asking the source', startedAtMs: 1_700_000_000_000, tookMs: 100 },
      { title: 'reading shop.tbl_order', startedAtMs: 1_700_000_000_100, tookMs: 300 },
    ],
    findings: [
      {
        ...{ severity: 'blocker', object: 'shop.tbl_order.paid', message: '3 rows hold a zero date', code: 'ZERO' },
        cure: ['tables: { rules: { tbl_order: { zeroDate: { paid: null } } } }'],
      },
    ],
    findingCount: 1,
    error: { code: 'CHECK_REFUSED', message: '1 blocking problem', remedy: 'Each has its cure beside it.' },
    next: ['sluice check'],
    ...over,
  };
}
