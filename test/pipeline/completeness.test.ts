import { expect, test } from 'vitest';
import type { SnapshotStatus, TablePhase } from '../../src/contract/status.ts';
import { Completeness, type CompletenessFacts } from '../../src/pipeline/status/completeness.ts';
import { TableTally } from '../../src/pipeline/status/table-tally.ts';

const NOW_MS = Date.UTC(2026, 5, 1, 12);

test('the one table that is behind decides how far the whole is complete, and keeps the instant that it had (INV-161)', () => {
  const { look } = watched(['order', 'customer', 'note']);
  expect(look({ lagMs: 0 }).completeToMs).toBe(NOW_MS);
  const later = look({ nowMs: NOW_MS + 60_000, lagMs: 1_000, paused: ['note'] });
  expect(later.completeToMs).toBe(NOW_MS);
  expect(later.tables.map(({ table, completeToMs }) => [table, completeToMs])).toEqual([
    ['order', NOW_MS + 59_000],
    ['customer', NOW_MS + 59_000],
    ['note', NOW_MS],
  ]);
});

test('a table of which changes wait aside is complete up to where it was before', () => {
  const { look } = watched(['order', 'note']);
  look({ lagMs: 0 });
  expect(look({ nowMs: NOW_MS + 5_000, lagMs: 0, aside: ['note'] }).completeToMs).toBe(NOW_MS);
  expect(look({ nowMs: NOW_MS + 9_000, lagMs: 0 }).completeToMs).toBe(NOW_MS + 9_000);
});

test('before the load has arrived, and after a restart until the lag is known, nothing is told to be complete', () => {
  const { look } = watched(['order']);
  expect(look({ lagMs: 0, isLoaded: false }).completeToMs).toBeNull();
  expect(look({ lagMs: null }).completeToMs).toBeNull();
  expect(look({ lagMs: 0 }).completeToMs).toBe(NOW_MS);
});

test('an instant that was true stays true while the source is gone', () => {
  const { look } = watched(['order']);
  look({ lagMs: 200 });
  expect(look({ nowMs: NOW_MS + 3_600_000, lagMs: null }).completeToMs).toBe(NOW_MS - 200);
});

test('nothing is told to be complete beyond the moment at which the source was last asked', () => {
  const { look } = watched(['order']);
  expect(look({ lagMs: 0, headAtMs: NOW_MS - 8_000 }).completeToMs).toBe(NOW_MS - 8_000);
  expect(look({ nowMs: NOW_MS + 1_000, lagMs: 0, headAtMs: NOW_MS - 8_000 }).completeToMs).toBe(NOW_MS - 8_000);
  expect(look({ nowMs: NOW_MS + 2_000, lagMs: 0 }).completeToMs).toBe(NOW_MS + 2_000);
});

test('a table that is read anew is complete to no instant until that load is told finished; the others go on', () => {
  const { look } = watched(['order', 'note']);
  look({ lagMs: 0 });
  const phases = { note: 'copying' as const };
  const copying = look({ nowMs: NOW_MS + 1_000, lagMs: 0, isLoaded: false, phases });
  expect(copying.tables.map(({ completeToMs }) => completeToMs)).toEqual([NOW_MS + 1_000, null]);
  // Its last row was applied, orphans of the load are still to be swept.
  const swept = look({ nowMs: NOW_MS + 2_000, lagMs: 0, isLoaded: false });
  expect(swept.tables.map(({ completeToMs }) => completeToMs)).toEqual([NOW_MS + 2_000, null]);
  expect(look({ nowMs: NOW_MS + 3_000, lagMs: 0 }).completeToMs).toBe(NOW_MS + 3_000);
});

test('a table that is read anew is complete to nothing even while the load is still told finished from before', () => {
  const { look } = watched(['note']);
  look({ lagMs: 0 });
  const copying = { lagMs: 0, phases: { note: 'waiting' as const } };
  expect(look({ ...copying, nowMs: NOW_MS + 1 }).completeToMs).toBeNull();
  // Its one row was read at once, and nobody has told yet that a load is on.
  expect(look({ lagMs: 0, nowMs: NOW_MS + 2, phases: { note: 'copied' } }).completeToMs).toBeNull();
  expect(look({ lagMs: 0, nowMs: NOW_MS + 3, isLoaded: false }).completeToMs).toBeNull();
  expect(look({ lagMs: 0, nowMs: NOW_MS + 4 }).completeToMs).toBe(NOW_MS + 4);
});

test('after a restart a table that was copied long ago is complete once the load is told finished', () => {
  const { look } = watched(['note']);
  expect(look({ lagMs: null, isLoaded: false, phases: { note: 'copied' } }).completeToMs).toBeNull();
  expect(look({ lagMs: 5, phases: { note: 'copied' } }).completeToMs).toBe(NOW_MS - 5);
});

test('changes of today begin anew at 00:00 UTC', () => {
  const tally = new TableTally(NOW_MS);
  const order = { database: 'shop', table: 'order' };
  tally.onApplied(order, { c: 2, u: 1, d: 1, r: 500 }, NOW_MS + 1_000);
  expect(tally.of(order).changesToday).toBe(4);
  const midnightMs = Date.UTC(2026, 5, 2);
  expect(tally.countedSinceMs(midnightMs - 1)).toBe(NOW_MS);
  tally.onApplied(order, { c: 1, u: 0, d: 0, r: 0 }, midnightMs + 5);
  expect(tally.of(order)).toMatchObject({ changesToday: 1, applied: { c: 3, r: 500 } });
  expect(tally.countedSinceMs(midnightMs + 5)).toBe(midnightMs);
});

interface Look {
  readonly nowMs?: number;
  readonly lagMs: number | null;
  /** Just now where it is not given. */
  readonly headAtMs?: number;
  readonly isLoaded?: boolean;
  readonly paused?: readonly string[];
  readonly aside?: readonly string[];
  readonly phases?: Readonly<Record<string, TablePhase>>;
}

function watched(tables: readonly string[]) {
  const completeness = new Completeness(new TableTally(NOW_MS));
  const look = ({
    nowMs = NOW_MS,
    headAtMs = nowMs,
    lagMs,
    isLoaded = true,
    paused = [],
    aside = [],
    phases = {},
  }: Look) => {
    const phaseOf = (table: string) => phases[table] ?? (paused.includes(table) ? 'paused' : 'streaming');
    const facts: CompletenessFacts = {
      nowMs,
      lagMs,
      headAtMs,
      isLoaded,
      snapshot: snapshot(tables.map((table) => [table, phaseOf(table)])),
      isAside: ({ table }) => aside.includes(table),
    };
    return completeness.status(facts);
  };
  return { look };
}

function snapshot(tables: readonly (readonly [string, TablePhase])[]): SnapshotStatus {
  const none = { rowsDone: 0, rowsEstimate: 0, rowsPerSecond: 0, etaMs: null };
  return {
    ...none,
    state: 'done',
    tables: tables.map(([table, phase]) => ({ database: 'shop', table, phase, ...none, advice: null })),
  };
}
