import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/evidence/evidence.ts';
import type { Facts, SwitchFacts } from '../../src/evidence/facts.ts';
import { promises, TARGET_JOURNAL } from '../../src/evidence/promise.ts';
import { factsSample, tableSample } from './facts-sample.ts';

function broken(facts: Partial<Facts>): Readonly<Record<string, number | null>> {
  return Object.fromEntries(promises(factsSample(facts), 0).map(({ name, broken: number }) => [name, number]));
}

const [LOST, DOUBLE, HALF, SILENT, NEITHER] = [
  'no lost change',
  'no double change',
  'no half transaction after the load',
  'no silent conversion',
  'no write during the switch that is on neither side',
] as const;

test('a pipeline of which everything was compared and is equal has kept every promise', () => {
  expect(Object.values(broken({}))).toEqual([0, 0, 0, 0, 0, 0]);
});

test('each kind of difference breaks the promise that it belongs to', () => {
  const differences = [
    { kind: 'missing', column: null },
    { kind: 'missing', column: null },
    { kind: 'extra', column: null },
    { kind: 'different', column: 'price' },
  ] as const;
  const tables = [tableSample({ state: 'different', differences, differenceCount: 4 }), tableSample({}, 'shop.b')];
  expect(broken({ tables })).toMatchObject({ [LOST]: 2, [DOUBLE]: 1, [SILENT]: 1 });
});

test('more differences than are listed are counted as lost, since nobody knows their kind', () => {
  const tables = [
    tableSample({ state: 'different', differences: [{ kind: 'extra', column: null }], differenceCount: 9 }),
  ];
  expect(broken({ tables })).toMatchObject({ [LOST]: 8, [DOUBLE]: 1 });
});

test.each([null, { state: 'busy' }, { state: 'failed' }, { state: 'changing' }, { state: 'running' }] as const)(
  'while a table was not compared to its end nobody knows: %o',
  (verified) => {
    const tables = [tableSample(), tableSample(verified, 'shop.b')];
    expect(broken({ tables })).toMatchObject({ [LOST]: null, [DOUBLE]: null, [SILENT]: null });
  },
);

test('changes in quarantine are lost until they are applied, and leave their transactions half', () => {
  const change = (id: string, position: string, state: string) => ({
    ...{ id, table: 'shop.tbl_order', op: 'u', reason: 'out-of-range', position, behind: null, state },
    ...{ setAsideAtMs: 1, settledAtMs: null },
  });
  const quarantine = [
    change('1', 'p1', 'waiting'),
    change('2', 'p1', 'dropped'),
    change('3', 'p2', 'waiting'),
    change('4', 'p3', 'applied'),
    change('5', 'p4', 'superseded'),
  ];
  expect(broken({ quarantine })).toMatchObject({ [LOST]: 3, [HALF]: 2 });
});

const SWITCH: SwitchFacts = {
  ...{ id: '1', direction: 'forward', outcome: 'committed', isOver: true, isRehearsal: false, startedBy: 'ada' },
  ...{
    startedAtMs: 1,
    endedAtMs: 2,
    writeBlockMs: 900,
    flipMs: null,
    awayMs: 0,
    writeBlockLimitMs: 60_000,
    steps: [],
    waivers: [],
    reason: null,
  },
  ...{ gates: [], end: 'binlog.000004:1234' },
  verified: { keys: 10, whole: [], unproven: [], differenceCount: 0 },
};

test('a switch has its number by what was compared behind its fence; one that says nothing makes it unknown', () => {
  const unproven = { ...SWITCH, verified: { keys: 0, whole: [], unproven: ['shop.a: restarted'], differenceCount: 0 } };
  expect(broken({ switches: [] })[NEITHER]).toBe(0);
  expect(broken({ switches: [SWITCH] })[NEITHER]).toBe(0);
  expect(broken({ switches: [{ ...SWITCH, verified: null }] })[NEITHER]).toBeNull();
  expect(broken({ switches: [unproven] })[NEITHER]).toBeNull();
  expect(broken({ switches: [{ ...SWITCH, verified: null, isRehearsal: true }] })[NEITHER]).toBe(0);
  expect(broken({ switches: [{ ...SWITCH, direction: 'back', verified: null }] })[NEITHER]).toBe(0);
});

test('a target that did not answer makes everything that stands there unknown, never 0', () => {
  const facts = { notRead: [{ what: TARGET_JOURNAL, why: 'connection refused' }], tables: [], switches: [] };
  expect(broken(facts)).toMatchObject({ [LOST]: null, [DOUBLE]: null, [HALF]: null, [SILENT]: null, [NEITHER]: null });
});

test('secrets are hidden wherever they stand, names of members included, and are counted', () => {
  const events = [{ kind: 'action', atMs: 1, who: 'the-secret', what: { 'the-secret': ['x the-secret y'] } }] as const;
  const evidence = evidenceOf(factsSample({ events }), (text) => text.replaceAll('the-secret', '***'));
  expect(JSON.stringify(evidence)).not.toContain('the-secret');
  const [kept] = evidence.parts;
  expect(JSON.stringify(kept?.facts)).toContain('3 were hidden');
});
