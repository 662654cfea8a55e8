import { expect, test } from 'vitest';
import type { EpochHeader, LogHead } from '../../src/contract/change-log.ts';
import { LoadProgress } from '../../src/pipeline/status/load-progress.ts';
import { RunState } from '../../src/pipeline/status/run-state.ts';
import type { TableProgress } from '../../src/snapshot/progress.ts';
import { COMPLETE_ENTRY, DONE, stateEntry } from '../../src/snapshot/table-state.ts';
import { runFacts, runIdentity } from './run-fact.ts';

const T = { database: 'd', table: 't' };
const U = { database: 'd', table: 'u' };
const NEVER = new AbortController().signal;

test('the load is complete when the epoch that says so is applied, not when it is found', async () => {
  const load = new LoadProgress(state(), [T]);
  load.onHead(head(0));
  load.onFound(epoch(3, { [COMPLETE_ENTRY]: DONE }));
  load.onApplied([epoch(2)]);
  expect(load.isComplete).toBe(false);
  load.onApplied([epoch(3)]);
  await load.untilComplete(NEVER);
  expect(load.isComplete).toBe(true);
});

test('what an earlier run has completed counts, unless a table takes part that is not among it', () => {
  const log = head(7, { [COMPLETE_ENTRY]: DONE, [stateEntry(T)]: DONE });
  const same = new LoadProgress(state(), [T]);
  same.onHead(log);
  same.onCheckpoint(7);
  expect(same.isComplete).toBe(true);
  const more = new LoadProgress(state(), [T, U]);
  more.onHead(log);
  more.onCheckpoint(7);
  expect(more.isComplete).toBe(false);
  more.onFound(epoch(8, { [COMPLETE_ENTRY]: null }));
  more.onFound(epoch(9, { [COMPLETE_ENTRY]: DONE }));
  more.onApplied([epoch(8)]);
  expect(more.isComplete).toBe(false);
  more.onApplied([epoch(9)]);
  expect(more.isComplete).toBe(true);
});

test('an epoch that the known end of the log is past says nothing any more', () => {
  const load = new LoadProgress(state());
  load.onHead(head(12, { [COMPLETE_ENTRY]: DONE }));
  load.onFound(epoch(5, { [COMPLETE_ENTRY]: DONE }));
  load.onFound(epoch(8, { [COMPLETE_ENTRY]: null }));
  load.onCheckpoint(11);
  expect(load.isComplete).toBe(false);
  load.onCheckpoint(12);
  expect(load.isComplete).toBe(true);
});

test('a reload ends the completeness, and who waits for either is woken', async () => {
  const load = new LoadProgress(state());
  load.onHead(head(1, { [COMPLETE_ENTRY]: DONE }));
  load.onCheckpoint(1);
  const begun = load.untilBegun(NEVER);
  load.onFound(epoch(2, { [COMPLETE_ENTRY]: null }));
  await begun;
  const complete = load.untilComplete(NEVER);
  load.onFound(epoch(4, { [COMPLETE_ENTRY]: DONE }));
  load.onApplied([epoch(3), epoch(4)]);
  await complete;
  expect(load.isComplete).toBe(true);
});

test('a table that is made in the stream streams at once, and one that goes is told no more', () => {
  const run = state();
  const load = new LoadProgress(run);
  load.onHead(head(1, { [COMPLETE_ENTRY]: DONE }));
  load.onCheckpoint(1);
  load.moved(progress('t', { phase: 'copied', rowsDone: 12, rowsEstimate: 12, rowsPerSecond: 0 }));
  load.moved(progress('made', { phase: 'copied', rowsDone: 0, rowsEstimate: 0, rowsPerSecond: 0 }));
  const told = () =>
    run.status().snapshot.tables.map(({ table, phase, rowsDone, etaMs }) => [table, phase, rowsDone, etaMs]);
  expect(told()).toEqual([
    ['t', 'streaming', 12, 0],
    ['made', 'streaming', 0, 0],
  ]);
  load.gone(T);
  expect(told()).toEqual([['made', 'streaming', 0, 0]]);
});

test('nobody waits past the signal', async () => {
  const end = new AbortController();
  const load = new LoadProgress(state());
  const waiting = load.untilComplete(end.signal);
  end.abort();
  await waiting;
  expect(load.isComplete).toBe(false);
});

test('progress of tables adds up; a time is told only once a hundredth is done', () => {
  const run = state();
  const load = new LoadProgress(run);
  load.moved(progress('t', { phase: 'copying', rowsDone: 9, rowsEstimate: 1000, rowsPerSecond: 10 }));
  expect(run.status().snapshot).toMatchObject({ state: 'copying', rowsDone: 9, rowsEstimate: 1000, etaMs: null });
  load.moved(progress('t', { phase: 'copying', rowsDone: 500, rowsEstimate: 1000, rowsPerSecond: 10 }));
  load.moved(progress('u', { phase: 'waiting', rowsDone: 0, rowsEstimate: 500, rowsPerSecond: 0 }));
  expect(run.status().snapshot).toMatchObject({ rowsDone: 500, rowsEstimate: 1500, etaMs: 100_000 });
  expect(run.status().snapshot.tables.map(({ etaMs }) => etaMs)).toEqual([50_000, null]);
  load.moved(progress('t', { phase: 'copied', rowsDone: 1000, rowsEstimate: 1000, rowsPerSecond: 0 }));
  load.moved(progress('u', { phase: 'copied', rowsDone: 500, rowsEstimate: 500, rowsPerSecond: 0 }));
  expect(run.status().snapshot).toMatchObject({ state: 'done', etaMs: 0 });
  load.onHead(head(1, { [COMPLETE_ENTRY]: DONE }));
  load.onCheckpoint(1);
  expect(run.status().snapshot.tables.map(({ phase }) => phase)).toEqual(['streaming', 'streaming']);
});

function state(): RunState {
  return new RunState(runIdentity(), runFacts(), () => {});
}

function progress(table: string, rest: Omit<TableProgress, 'database' | 'table'>): TableProgress {
  return { database: 'd', table, ...rest };
}

function epoch(number: number, state: Readonly<Record<string, string | null>> = {}): EpochHeader {
  const position = { server: 'mysql', text: '' } as const;
  const times = { firstCommitUs: null, lastCommitUs: null, transactions: 0 };
  const place = { number, generation: 1, offset: number, next: number + 1, records: 0, bytes: 0 };
  return { start: position, reached: position, ...times, ...place, state: new Map(Object.entries(state)) };
}

function head(number: number, state: Readonly<Record<string, string>> = {}): LogHead {
  return { logId: 'log', last: number === 0 ? null : epoch(number), state: new Map(Object.entries(state)) };
}
