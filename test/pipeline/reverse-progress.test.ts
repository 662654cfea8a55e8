import { expect, test } from 'vitest';
import type { ReverseCheckpoint } from '../../src/mysql-sink/checkpoint.ts';
import { ReverseProgress } from '../../src/pipeline/reverse/progress.ts';

const at = (beatMs: number | null): ReverseCheckpoint => ({
  logId: 'log',
  epoch: 1,
  next: 1,
  position: { server: 'postgresql', text: '0/1' },
  lastCommitUs: null,
  heartbeat: beatMs === null ? null : String(BigInt(beatMs) * 1000n),
  drain: null,
});

test('the lag is absent until it is measured, grows with the oldest beat that is not there, and is 0 when the newest is', () => {
  const progress = new ReverseProgress();
  expect(progress.status(1_000).lagMs).toBeNull();
  progress.beat(1_000_000n);
  progress.beat(2_000_000n);
  expect(progress.status(5_000).lagMs).toBe(4_000);
  progress.applied(at(1_000), { rows: 1, setAside: 0 });
  expect(progress.status(5_000).lagMs).toBe(3_000);
  progress.applied(at(2_000), { rows: 1, setAside: 0 });
  expect(progress.status(5_000).lagMs).toBe(0);
});

test('a beat that was not followed by another for ten seconds says nothing about now', () => {
  const progress = new ReverseProgress();
  progress.beat(1_000_000n);
  progress.applied(at(1_000), { rows: 0, setAside: 0 });
  expect(progress.status(10_900).lagMs).toBe(0);
  expect(progress.status(11_000).lagMs).toBeNull();
});

test('days without an answer cost no memory and keep the oldest beat', () => {
  const progress = new ReverseProgress();
  for (let second = 1; second <= 100_000; second++) progress.beat(BigInt(second) * 1_000_000n);
  expect(progress.status(200_000_000).lagMs).toBe(199_999_000);
});
