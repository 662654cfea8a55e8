import { expect, test } from 'vitest';
import { FREE_PACE } from '../../src/contract/pace.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { History } from '../../src/http/history.ts';
import { marksBetween } from '../../src/http/mark.ts';
import { statusSample } from '../control/status-sample.ts';

const START_MS = 1_800_000_000_000;

test('a week of looks is kept in bounded memory, each range with its own grain', () => {
  const history = new History();
  for (let s = 0; s <= 8 * 86_400; s += 30) history.add(status({ asOfMs: START_MS + s * 1_000, lagMs: 1 }));
  expect(history.of('7d').points.length).toBe(2_016);
  expect(history.of('6h').points.length).toBe(1_440);
  expect(history.of('15m').points.length).toBe(900);
});

test('a step shows the longest lag in it, and a gap when the lag was unknown at any time of it', () => {
  const history = new History();
  const lags = [100, 3_000, 200, null, 50];
  for (const [i, lagMs] of lags.entries()) history.add(status({ asOfMs: START_MS + i * 5_000, lagMs }));
  expect(history.of('6h').points.map(({ lagMs }) => lagMs)).toEqual([3_000, null]);
});

test('start, waits, schema changes, pauses and stalls become marks, each once', () => {
  const first = status({});
  expect(marksBetween(null, first)).toEqual([{ atMs: first.startedAtMs, kind: 'start', text: expect.any(String) }]);
  const [table] = first.snapshot.tables;
  if (table === undefined) throw new Error('the sample has a table');
  const then = status({
    state: 'retrying',
    waitingFor: 'waiting for the target: refused',
    schemaChanges: [{ atMs: 5, table: 'shop.tbl_order', what: 'columns added: note' }],
    snapshot: { ...first.snapshot, tables: [{ ...table, phase: 'paused', advice: 'reload it' }] },
    stages: first.stages.map((stage) => ({
      ...stage,
      state: stage.name === 'apply' ? ('stalled' as const) : stage.state,
    })),
  });
  expect(marksBetween(first, then).map(({ kind, text }) => [kind, text])).toEqual([
    ['wait', 'waiting for the target: refused'],
    ['ddl', 'shop.tbl_order: columns added: note'],
    ['pause', 'shop.tbl_order is paused'],
    ['stall', 'apply does not move'],
  ]);
  expect(marksBetween(then, then)).toEqual([]);
  expect(marksBetween(then, first).map(({ kind, text }) => [kind, text])).toEqual([
    ['resume', 'the target answers again'],
    ['resume', 'shop.tbl_order goes on'],
  ]);
});

test('a pause is one mark however often it is asked for, and one that a restart has ended is told', () => {
  const free = status({});
  const paused = status({ pace: { ...FREE_PACE, state: 'paused', by: 'ada', sinceMs: 1_000 } });
  const text = 'the stream to the target is paused by ada since 1970-01-01 00:00:01 UTC: sluice resume';
  expect(marksBetween(free, paused)).toMatchObject([{ kind: 'pause', text }]);
  expect(marksBetween(free, status({ pace: { ...FREE_PACE, by: 'bob', sinceMs: 2_000 } }))).toEqual([]);
  expect(marksBetween(paused, free)).toMatchObject([{ kind: 'resume', text: expect.stringContaining('own speed') }]);
  const lost = status({ pace: { ...FREE_PACE, lost: { by: 'ada', sinceMs: 1_000 } } });
  const ended = 'the pause by ada since 1970-01-01 00:00:01 UTC ended with the process before this one';
  expect(marksBetween(free, lost)).toMatchObject([{ kind: 'resume', text: expect.stringContaining(ended) }]);
  expect(marksBetween(lost, lost)).toEqual([]);
});

function status(over: Partial<PipelineStatus>): PipelineStatus {
  return statusSample(over);
}
