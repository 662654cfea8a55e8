import { expect, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { EpochHeader } from '../../src/contract/change-log.ts';
import type { Hop } from '../../src/contract/measurement.ts';
import { Board } from '../../src/pipeline/status/board.ts';
import { GtidSet } from '../../src/position/gtid-set.ts';
import { MysqlPosition } from '../../src/position/mysql.ts';

const START_MS = 1_700_000_000_000;

test('the percentiles of a burst that arrives in a few large batches are those of its transactions (INV-160)', () => {
  const { board, clock } = boardOf({ offsetMs: 0 });
  const latencies: number[] = [];
  // 20 a second, then 30,000 within three seconds that are read late and applied in five batches.
  let done = 0;
  for (let i = 0; i < 200; i++) {
    clock.nowMs = START_MS + i * 50;
    latencies.push(...passAll(board, clock, [clock.nowMs], { readMs: 2, loggedMs: 3, appliedMs: 5 }, ++done));
  }
  const burstAtMs = clock.nowMs + 1_000;
  for (let batch = 0; batch < 5; batch++) {
    const commits = Array.from({ length: 6_000 }, (_, i) => burstAtMs + batch * 600 + i / 10);
    clock.nowMs = Math.max(clock.nowMs, burstAtMs + batch * 600 + 700);
    latencies.push(...passAll(board, clock, commits, { readMs: 0, loggedMs: 400, appliedMs: 900 }, ++done));
  }
  const sorted = latencies.sort((a, b) => a - b);
  for (const [ratio, told] of percentilesOf(board, 'total', clock.nowMs)) {
    const measured = sorted[Math.ceil(sorted.length * ratio) - 1] ?? 0;
    expect(Math.abs((told ?? 0) - measured) / measured, `p${ratio * 100}: ${told} for ${measured}`).toBeLessThan(0.1);
  }
  const total = board.latency.status(clock.nowMs).find(({ hop }) => hop === 'total');
  expect(total?.counts.reduce((sum, count) => sum + count, 0)).toBe(30_200);
});

test('a source whose clock is 90 s off has the latency that it has', () => {
  const { board, clock } = boardOf({ offsetMs: -90_000 });
  passAll(board, clock, [clock.nowMs - 90_000], { readMs: 5, loggedMs: 5, appliedMs: 30 }, 1);
  const [, total] = percentilesOf(board, 'total', clock.nowMs)[0] ?? [];
  expect(total).toBeGreaterThan(35);
  expect(total).toBeLessThan(45);
});

test('while the source was never asked for its clock no latency is told that needs it', () => {
  const { board, clock } = boardOf({ offsetMs: null });
  passAll(board, clock, [clock.nowMs], { readMs: 5, loggedMs: 5, appliedMs: 30 }, 1);
  expect(percentilesOf(board, 'total', clock.nowMs)[0]?.[1]).toBeNull();
  expect(percentilesOf(board, 'apply', clock.nowMs)[0]?.[1]).toBeGreaterThan(28);
});

test('what an earlier process has logged counts by the first and last commit time of its epoch', () => {
  const { board, clock } = boardOf({ offsetMs: 0 });
  const firstCommitUs = BigInt(clock.nowMs - 60_000) * 1000n;
  board.onFound({ ...epoch(1, 10, 10), firstCommitUs, lastCommitUs: firstCommitUs });
  board.onApplied({ ...epoch(1, 10, 10), firstCommitUs, lastCommitUs: firstCommitUs }, 10);
  expect(Math.abs((percentilesOf(board, 'total', clock.nowMs)[0]?.[1] ?? 0) - 60_000)).toBeLessThan(6_000);
});

test('percentiles forget what is older than five minutes', () => {
  const { board, clock } = boardOf({ offsetMs: 0 });
  passAll(board, clock, [clock.nowMs], { readMs: 1, loggedMs: 1, appliedMs: 5_000 }, 1);
  clock.nowMs += 301_000;
  expect(percentilesOf(board, 'total', clock.nowMs)[0]?.[1]).toBeNull();
});

interface Clock {
  nowMs: number;
}

interface Way {
  readonly readMs: number;
  readonly loggedMs: number;
  readonly appliedMs: number;
}

function boardOf({ offsetMs }: { offsetMs: number | null }): { board: Board; clock: Clock } {
  const clock = { nowMs: START_MS };
  const board = new Board(() => clock.nowMs);
  if (offsetMs !== null)
    board.head = { position: place(0), text: '', atMs: START_MS, clockOffsetMs: offsetMs, keptMs: null };
  return { board, clock };
}

/** One batch over the whole line; what each transaction of it took, by its own commit time. */
function passAll(board: Board, clock: Clock, commitsMs: readonly number[], way: Way, number: number): number[] {
  clock.nowMs += way.readMs;
  board.onRead(commitsMs.map((ms, i) => commit(number * 10_000 + i, ms)));
  clock.nowMs += way.loggedMs;
  const header = epoch(number, number * 10_000 + commitsMs.length - 1, commitsMs.length);
  board.onLogged(header);
  clock.nowMs += way.appliedMs;
  board.onApplied(header, commitsMs.length);
  return commitsMs.map((ms) => clock.nowMs - ms);
}

function percentilesOf(board: Board, name: Hop, nowMs: number): [number, number | null][] {
  const found = board.latency.status(nowMs).find(({ hop }) => hop === name);
  return [
    [0.5, found?.p50Ms ?? null],
    [0.95, found?.p95Ms ?? null],
    [0.99, found?.p99Ms ?? null],
  ];
}

function place(offset: number): MysqlPosition {
  const coordinate = { serverId: 'a', file: 'bin.000001', offset };
  return new MysqlPosition({ coordinate, handled: GtidSet.parse(''), undecided: [] });
}

function commit(offset: number, atMs: number): Change {
  return { tag: 'commit', position: place(offset), committedAtUs: BigInt(Math.round(atMs * 1000)) };
}

function epoch(number: number, offset: number, transactions: number): EpochHeader {
  return {
    number,
    generation: 1,
    offset: number,
    next: number + 1,
    records: transactions,
    bytes: transactions * 100,
    start: null,
    reached: place(offset),
    firstCommitUs: 0n,
    lastCommitUs: 0n,
    transactions,
    state: new Map(),
  };
}
