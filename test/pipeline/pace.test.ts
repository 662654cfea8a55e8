import { expect, test } from 'vitest';
import type { Logger } from '../../src/contract/logger.ts';
import type { ThrottleReason } from '../../src/contract/measurement.ts';
import type { PaceStatus } from '../../src/contract/pace.ts';
import { redacted } from '../../src/evidence/event.ts';
import { Pace } from '../../src/pipeline/pace.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const NEVER = new AbortController().signal;

function paced() {
  const at = { isSwitching: false, isFenced: false };
  const told: PaceStatus[] = [];
  const waits: boolean[] = [];
  const logged: string[] = [];
  const rested = new Map<ThrottleReason, number>();
  const pace = new Pace({
    isSwitching: () => at.isSwitching,
    isFenced: () => at.isFenced,
    logger: { ...silent, info: (_: object, text: string) => logged.push(text) } as Logger,
    redact: (by) => by.replace('s3cret', '***'),
    onAsked: (status) => told.push(status),
    onWait: (isWaiting) => waits.push(isWaiting),
    onRest: (reason, ms) => rested.set(reason, (rested.get(reason) ?? 0) + ms),
  });
  return { pace, at, told, waits, rested, logged };
}

/** What comes of a promise that may not have settled. */
async function isOpen(waiting: Promise<void>): Promise<boolean> {
  const later = new Promise<'open'>((resolve) => setTimeout(resolve, 120, 'open'));
  return (await Promise.race([waiting, later])) === 'open';
}

test('a pause holds the next epoch until it is taken back, and tells who asked', async () => {
  const { pace, told, waits, rested } = paced();
  await pace.admit(1_000_000, NEVER);
  expect(waits).toEqual([]);
  await pace.pause('ada');
  expect(told.at(-1)).toMatchObject({ state: 'paused', by: 'ada', sinceMs: expect.any(Number) });
  const waiting = pace.admit(1, NEVER);
  expect(await isOpen(waiting)).toBe(true);
  await pace.resume('bob');
  await waiting;
  expect(told.at(-1)).toMatchObject({ state: 'free', by: 'bob' });
  expect(waits).toEqual([true, false]);
  expect([...rested.keys()]).toEqual(['operator-pause']);
});

test('a limit lets an epoch through and makes the next wait for its rows; a pause keeps the limit for afterwards', async () => {
  const { pace, told, rested } = paced();
  await pace.throttle(10, 'ada');
  await pace.admit(100, NEVER);
  const waiting = pace.admit(1, NEVER);
  expect(await isOpen(waiting)).toBe(true);
  expect([...rested.keys()]).toEqual(['operator-limit']);
  await pace.pause('ada');
  await pace.throttle(1_000_000, 'ada');
  expect(told.at(-1)).toMatchObject({ state: 'paused', rowsPerSecond: 1_000_000 });
  await pace.resume('ada');
  await waiting;
  expect(told.at(-1)).toMatchObject({ state: 'throttled', rowsPerSecond: 1_000_000 });
  await pace.throttle(null, 'ada');
  expect(told.at(-1)).toMatchObject({ state: 'free', rowsPerSecond: null });
});

test('nothing holds what a fenced source has left, and nobody changes the pace of a switch (INV-207)', async () => {
  const { pace, at } = paced();
  await pace.pause('ada');
  const waiting = pace.admit(1, NEVER);
  at.isFenced = true;
  await waiting;
  at.isSwitching = true;
  const acts = [() => pace.pause('ada'), () => pace.resume('ada'), () => pace.throttle(1, 'ada')];
  for (const act of acts) await expect(act()).rejects.toMatchObject({ code: 'PACE_SWITCHING', disposition: 'stop' });
});

test('who is asked to end waits for nobody', async () => {
  const { pace } = paced();
  await pace.pause('ada');
  const end = new AbortController();
  const waiting = pace.admit(1, end.signal);
  end.abort();
  await waiting;
});

test('whoever paused first stays named until the resume, and a limit has a name of its own', async () => {
  const { pace, told, logged } = paced();
  const first = await pace.pause('eve');
  expect(first).toMatchObject({ state: 'paused', by: 'eve', isChanged: true });
  expect(await pace.pause('bob')).toMatchObject({ by: 'eve', sinceMs: first.sinceMs, isChanged: false });
  expect(await pace.throttle(null, 'bob')).toMatchObject({ by: 'eve', sinceMs: first.sinceMs, isChanged: false });
  const limited = await pace.throttle(9, 'bob');
  expect(limited).toMatchObject({ state: 'paused', by: 'eve', sinceMs: first.sinceMs, limitBy: 'bob' });
  expect(await pace.throttle(9, 'x')).toMatchObject({ limitBy: 'bob', limitSinceMs: limited.limitSinceMs });
  expect(await pace.resume('ann')).toMatchObject({ state: 'throttled', by: 'bob', limitBy: 'bob', isChanged: true });
  expect(await pace.resume('ann')).toMatchObject({ state: 'throttled', by: 'bob', isChanged: false });
  expect(await pace.throttle(null, 'ann')).toMatchObject({ state: 'free', by: 'ann', limitBy: null });
  expect(told.at(-1)).toMatchObject({ state: 'free', limitSinceMs: null });
  expect(logged).toEqual([
    expect.stringMatching(/paused by eve since .* UTC: sluice resume$/),
    expect.stringContaining('(then held to 9 rows a second by bob since'),
    expect.stringMatching(/^the stream to the target is held to 9 rows a second by bob since .*: sluice throttle off$/),
    'the stream to the target goes at its own speed',
  ]);
});

test('a secret that is given as a name is kept and shown as stars', async () => {
  const { pace, told, logged } = paced();
  expect(await pace.pause('my s3cret')).toMatchObject({ by: 'my ***' });
  expect(JSON.stringify([told, logged])).not.toContain('s3cret');
  const event = {
    kind: 'action',
    atMs: 1,
    who: 's3cret',
    what: { params: { by: 's3cret', n: [1, 's3cret'] } },
  } as const;
  const stars = redacted(event, (text) => text.replaceAll('s3cret', '***'));
  expect(stars).toEqual({ kind: 'action', atMs: 1, who: '***', what: { params: { by: '***', n: [1, '***'] } } });
});
