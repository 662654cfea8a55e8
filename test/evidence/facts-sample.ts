import type { Facts, TableFacts, VerifiedFacts } from '../../src/evidence/facts.ts';

const VERIFIED: VerifiedFacts = {
  ...{ state: 'equal', position: 'binlog.000004:1234', startedAtMs: 1_000, finishedAtMs: 2_000, sourceRows: 10 },
  ...{ targetRows: 10, equal: 10, repaired: 0, changing: 0, differenceCount: 0, differences: [], advice: null },
  changesSince: 0,
};

export function tableSample(verified: Partial<VerifiedFacts> | null = {}, table = 'shop.tbl_order'): TableFacts {
  const told = { table, target: 'public.tbl_order', loadedAtMs: 1_000, paused: null, checksum: null };
  return { ...told, verified: verified === null ? null : { ...VERIFIED, ...verified } };
}

export function factsSample(facts: Partial<Facts> = {}): Facts {
  return {
    ...{ pipeline: 'shop', madeAtMs: Date.UTC(2026, 10, 29), madeBy: 'ada', version: '0.1.0', isRunning: true },
    ...{ notRead: [], configuration: [{ path: 'pipeline', value: 'shop', from: 'sluice.yaml:1:1' }] },
    servers: [{ side: 'source', address: 'db:3306', kind: 'mysql', version: '9.7.0', askedAtMs: 1_000 }],
    positions: [{ what: 'past apply', position: 'binlog.000004:1234', atMs: 1_000, detail: null }],
    tables: [tableSample()],
    repairs: [{ table: 'shop.tbl_order', kind: 'different', askedBy: 'bob', askedAtMs: 1_500, equalAtMs: 1_700 }],
    ...{ compared: [], quarantine: [], runs: [], switches: [], wayBack: null, backups: [] },
    events: [
      { kind: 'action', atMs: 1_600, who: 'bob', what: { action: 'tables.reload', params: { tables: 'all' } } },
      { kind: 'schema-change', atMs: 1_700, who: null, what: { table: 'shop.<b>', what: 'columns added: "x"' } },
    ],
    ...facts,
  };
}
