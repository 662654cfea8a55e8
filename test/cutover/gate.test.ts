import { describe, expect, it } from 'vitest';
import { FREE_PACE } from '../../src/contract/pace.ts';
import type { PipelineStatus, TableStatus } from '../../src/contract/status.ts';
import type { TableVerified } from '../../src/contract/verify.ts';
import { type GateFacts, isRed, judgeGates } from '../../src/cutover/gate.ts';
import { statusSample } from '../control/status-sample.ts';

const NOW_MS = 1_000_000;
const LIMITS = {
  maxLagMs: 5_000,
  steadyForMs: 60_000,
  headroomMs: 3_600_000,
  clockOffsetMs: 2_000,
  verifyMaxAgeMs: 600_000,
};
const SAMPLE = statusSample();
const TABLE: TableStatus = {
  ...{ database: 'shop', table: 'tbl_order', phase: 'streaming', advice: null },
  ...{ rowsDone: 1, rowsEstimate: 1, rowsPerSecond: 0, etaMs: null },
};
const VERIFIED: TableVerified = {
  ...{ database: 'shop', table: 'tbl_order', state: 'equal', position: 'here', verifiedAtMs: NOW_MS - 600_000 },
  ...{
    differenceCount: 0,
    changesSince: 7,
    byKind: { missing: 0, extra: 0, different: 0, unlisted: 0 },
    causes: [],
    waiting: 3,
    advice: null,
  },
};
const GOOD: PipelineStatus = {
  ...SAMPLE,
  ...{ state: 'streaming', asOfMs: NOW_MS, lagMs: 0, isCaughtUp: true, quarantine: [], retention: [] },
  snapshot: { ...SAMPLE.snapshot, state: 'done', tables: [TABLE] },
  heartbeat: { writtenAtMs: NOW_MS, seenAtMs: NOW_MS, latencyMs: 4 },
  verify: { isRunning: false, tables: [VERIFIED] },
  drift: { checkedAtMs: NOW_MS, count: 0, differences: [] },
};

function red(change: Partial<PipelineStatus>, facts: Partial<GateFacts> = {}): readonly string[] {
  const all = {
    steadySinceMs: 0,
    clockOffsetMs: 3,
    findings: [],
    makesSchema: true,
    unseen: [],
    nowMs: NOW_MS,
    ...facts,
  };
  return judgeGates({ status: { ...GOOD, ...change }, ...all }, LIMITS, [])
    .filter(isRed)
    .map(({ name }) => name);
}

/** The status with another comparison of its table. */
function verifiedAs(change: Partial<TableVerified>): Partial<PipelineStatus> {
  return { verify: { isRunning: false, tables: [{ ...VERIFIED, ...change }] } };
}

describe('gates', () => {
  it('are all green for a pipeline that is loaded, caught up and calm', () => {
    expect(red({})).toEqual([]);
  });

  const [stage] = SAMPLE.stages;
  if (stage === undefined) throw new Error('the sample has no stage');
  const broken: readonly [string, Partial<PipelineStatus>, Partial<GateFacts>, readonly string[]][] = [
    ['a table is still copied', { snapshot: { ...GOOD.snapshot, state: 'copying' } }, {}, ['load-complete']],
    ['the load is not finished', { state: 'loading' }, {}, ['load-complete']],
    [
      'a table is paused',
      { snapshot: { ...GOOD.snapshot, tables: [{ ...TABLE, phase: 'paused', advice: 'reload it' }] } },
      {},
      ['tables-follow'],
    ],
    ['the lag is too large', { lagMs: 5_001 }, {}, ['lag']],
    ['the lag is not known', { lagMs: null }, {}, ['lag']],
    ['the lag has been small for too short', {}, { steadySinceMs: NOW_MS - 59_999 }, ['lag']],
    ['the lag is small now for the first time', {}, { steadySinceMs: null }, ['lag']],
    ['no heartbeat came through', { heartbeat: null }, {}, ['heartbeat']],
    [
      'the last heartbeat is old',
      { heartbeat: { writtenAtMs: 0, seenAtMs: NOW_MS - 10_001, latencyMs: 4 } },
      {},
      ['heartbeat'],
    ],
    ['a stage is stalled', { stages: [{ ...stage, state: 'stalled' }] }, {}, ['stages']],
    ['the stream is paused', { pace: { ...FREE_PACE, state: 'paused', by: 'ada', sinceMs: 1 } }, {}, ['stages']],
    ['the stream is held', { pace: { ...FREE_PACE, state: 'throttled', rowsPerSecond: 9 } }, {}, ['stages']],
    ['the status is old', { asOfMs: NOW_MS - 10_001 }, {}, ['stages']],
    ['a change is in quarantine', { quarantine: [{ table: 't', reason: 'nul-byte', changes: 1 }] }, {}, ['quarantine']],
    ['nothing was compared yet', { verify: null }, {}, ['verified']],
    [
      'a table was never compared',
      verifiedAs({ state: 'waiting', verifiedAtMs: null, changesSince: null }),
      {},
      ['verified'],
    ],
    ['a table differs', verifiedAs({ state: 'different', differenceCount: 1 }), {}, ['verified']],
    ['a table was compared too long ago', verifiedAs({ verifiedAtMs: NOW_MS - 600_001 }), {}, ['verified']],
    ['it is not known what changed since a table was compared', verifiedAs({ changesSince: null }), {}, ['verified']],
    [
      'a table could not be compared',
      verifiedAs({ state: 'failed', advice: 'the target has no such table' }),
      {},
      ['verified'],
    ],
    ['a table with a key never stood still', verifiedAs({ state: 'busy' }), {}, ['verified']],
    ['a table is not seen at the source any more', {}, { unseen: ['shop.tbl_order'] }, ['verified']],
    ['no table at all was compared', { verify: { isRunning: false, tables: [] } }, {}, ['verified']],
    ['the schema was not compared yet', { drift: null }, {}, ['drift']],
    ['the schema is the application’s, and so compared with no plan', { drift: null }, { makesSchema: false }, []],
    ['the schema has drifted', { drift: { checkedAtMs: 0, count: 1, differences: ['x'] } }, {}, ['drift']],
    ['the binlog goes soon', { retention: [{ log: 'binlog', headroomMs: 3_599_999, detail: '' }] }, {}, ['retention']],
    ['the clocks are apart', {}, { clockOffsetMs: -2_001 }, ['clock']],
    ['the clocks were never compared', {}, { clockOffsetMs: null }, ['clock']],
  ];
  it.each(broken)('are red in their place alone when %s', (_, status, facts, expected) => {
    expect(red(status, facts)).toEqual(expected);
  });

  it('say after a rollback that the stream begins again, and not that a table is to be loaded', () => {
    const waitingFor = 'the stream to the target begins again after the rollback';
    const again = { ...GOOD, state: 'loading' as const, waitingFor, heartbeat: null };
    const facts = {
      status: again,
      steadySinceMs: 0,
      clockOffsetMs: 0,
      findings: [],
      makesSchema: true,
      unseen: [],
      nowMs: NOW_MS,
    };
    const gates = new Map(judgeGates(facts, LIMITS, []).map((gate) => [gate.name, gate]));
    expect(gates.get('load-complete')).toMatchObject({
      ...{ state: 'red', value: waitingFor, cure: 'Wait for it: sluice status --watch.' },
    });
    expect(gates.get('heartbeat')).toMatchObject({
      ...{ state: 'red', value: 'none has come through this stream yet' },
      cure: expect.stringMatching(/^One comes within seconds of a start or a rollback: wait\. Else the account/),
    });
    const snapshot = { ...GOOD.snapshot, tables: [{ ...TABLE, phase: 'copying' as const }] };
    const loads = judgeGates({ ...facts, status: { ...again, waitingFor: 'waiting', snapshot } }, LIMITS, []);
    expect(loads.find(({ name }) => name === 'load-complete')).toMatchObject({ value: '1 table is not copied' });
  });

  it('take a table without a key, which is compared whole behind the fence, however often it was found busy', () => {
    expect(red(verifiedAs({ state: 'busy', waiting: null }))).toEqual([]);
  });

  it('tell what was found on the servers, with every cure once', () => {
    const problems = [
      { text: 'transaction 1 is open for 90 s', cure: 'End it.' },
      { text: 'transaction 2 is open for 80 s', cure: 'End it.' },
    ];
    const finding = { gate: 'source-quiet', value: 'nothing', threshold: 'no long transaction', problems };
    const facts = {
      status: GOOD,
      steadySinceMs: 0,
      clockOffsetMs: 0,
      findings: [finding],
      makesSchema: true,
      unseen: [],
      nowMs: NOW_MS,
    };
    expect(judgeGates(facts, LIMITS, []).find(({ name }) => name === 'source-quiet')).toEqual({
      ...{ name: 'source-quiet', state: 'red', threshold: 'no long transaction', cure: 'End it.', waiver: null },
      value: 'transaction 1 is open for 90 s; transaction 2 is open for 80 s',
    });
  });

  it('part statements so that they can be copied as they stand, and leave sentences alone', () => {
    const cures = ['GRANT A TO x', 'Or wait.', 'GRANT B TO x', 'GRANT C TO x'];
    const problems = cures.map((cure) => ({ text: 'lacks', cure }));
    const finding = { gate: 'fence', value: '', threshold: '', problems };
    const facts = {
      status: GOOD,
      steadySinceMs: 0,
      clockOffsetMs: 0,
      findings: [finding],
      makesSchema: true,
      unseen: [],
      nowMs: NOW_MS,
    };
    expect(judgeGates(facts, LIMITS, []).find(({ name }) => name === 'fence')?.cure).toBe(
      'GRANT A TO x; Or wait. GRANT B TO x; GRANT C TO x',
    );
  });

  it('can be waived one by one, and a waiver of a green gate is not shown', () => {
    const waivers = [
      { gate: 'lag', by: 'ada', reason: 'a batch runs until noon' },
      { gate: 'heartbeat', by: 'ada', reason: 'for no reason' },
    ];
    const facts = {
      status: { ...GOOD, lagMs: 9_000 },
      steadySinceMs: 0,
      clockOffsetMs: 0,
      findings: [],
      makesSchema: true,
      unseen: [],
      nowMs: NOW_MS,
    };
    const gates = judgeGates(facts, LIMITS, waivers);
    expect(gates.filter(isRed)).toEqual([]);
    expect(gates.find(({ name }) => name === 'lag')).toMatchObject({ state: 'waived', waiver: waivers[0] });
    expect(gates.find(({ name }) => name === 'heartbeat')).toMatchObject({ state: 'green', waiver: null });
  });
});
