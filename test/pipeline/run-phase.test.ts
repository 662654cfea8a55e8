import { expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { RunPhase } from '../../src/pipeline/status/run-phase.ts';
import { RunState } from '../../src/pipeline/status/run-state.ts';
import { GtidSet } from '../../src/position/gtid-set.ts';
import { MysqlPosition } from '../../src/position/mysql.ts';
import { runFacts, runIdentity } from './run-fact.ts';

test('while one half waits the run is retrying, whatever the other half does', () => {
  const phase = new RunPhase();
  expect(phase.state).toBe('starting');
  phase.begins();
  phase.waits('apply', 'waiting for the target');
  phase.loaded(true);
  phase.goesOn('capture');
  expect([phase.state, phase.waitingFor]).toEqual(['retrying', 'waiting for the target']);
  phase.waits('capture', 'waiting for the source');
  phase.goesOn('apply');
  expect([phase.state, phase.waitingFor]).toEqual(['retrying', 'waiting for the source']);
  phase.goesOn('capture');
  expect([phase.state, phase.waitingFor]).toEqual(['streaming', null]);
});

test('a reload takes a run back from streaming to loading', () => {
  const phase = new RunPhase();
  phase.begins();
  expect(phase.state).toBe('loading');
  phase.loaded(true);
  expect(phase.state).toBe('streaming');
  phase.loaded(false);
  expect(phase.state).toBe('loading');
});

test('after a rollback the stream begins again, and is not told to load', () => {
  const phase = new RunPhase();
  phase.begins();
  phase.loaded(true);
  phase.cutOver(true);
  expect(phase.waitingFor).toBeNull();
  phase.cutOver(false);
  phase.begins();
  expect([phase.state, phase.waitingFor]).toEqual([
    'loading',
    'the stream to the target begins again after the rollback',
  ]);
  phase.waits('apply', 'waiting for the target');
  expect(phase.waitingFor).toBe('waiting for the target');
  phase.goesOn('apply');
  phase.loaded(true);
  phase.loaded(false);
  expect(phase.waitingFor).toBeNull();
});

test('what ends is never seen going on or waiting again, and stops at stopped', () => {
  const phase = new RunPhase();
  phase.begins();
  phase.waits('apply', 'waiting');
  phase.ends('stopping');
  phase.loaded(true);
  phase.waits('capture', 'waiting');
  expect([phase.state, phase.waitingFor]).toEqual(['stopping', null]);
  phase.ends('stopped');
  expect(phase.state).toBe('stopped');
});

test('each move is published at once', () => {
  const published: PipelineStatus['state'][] = [];
  const state = new RunState(runIdentity(), runFacts(), (status) => published.push(status.state));
  state.phase((phase) => phase.begins());
  state.phase((phase) => phase.loaded(true));
  state.phase((phase) => phase.ends('stopped'));
  expect(published).toEqual(['loading', 'streaming', 'stopped']);
});

test('the lag alone is that of the status; what only captures tells none, and never that all is on the target (INV-70)', () => {
  const nowMs = Date.now();
  const coordinate = { serverId: 'a', file: 'bin.000001', offset: 4 };
  const position = new MysqlPosition({ coordinate, handled: GtidSet.parse(''), undecided: [] });
  const lags = (['run', 'capture', 'apply'] as const).map((mode) => {
    const state = new RunState({ ...runIdentity(), mode }, runFacts(), () => {});
    state.board.head = { position, text: '', atMs: nowMs, clockOffsetMs: 0, keptMs: null };
    state.board.log.expect({ last: 1, committedAtMs: nowMs - 3_000 });
    state.board.apply.expect({ last: 1, committedAtMs: nowMs - 7_000 });
    expect(state.lagMs(nowMs)).toBe(state.status(nowMs).lagMs);
    return state.lagMs(nowMs);
  });
  expect(lags).toEqual([7_000, null, 7_000]);
});
