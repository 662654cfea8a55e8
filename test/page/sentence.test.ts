import { expect, test } from 'vitest';
import { bottleneckOf } from '../../src/contract/bottleneck.ts';
import type { TableFreshness } from '../../src/contract/measurement.ts';
import { FREE_PACE } from '../../src/contract/pace.ts';
import type { PipelineStatus, TablePhase } from '../../src/contract/status.ts';
import { bytes, duration, instant } from '../../src/page/format.ts';
import { freshnessSentence } from '../../src/page/sentence.ts';
import { statusSample } from '../control/status-sample.ts';

const NOW_MS = Date.UTC(2026, 5, 1, 12, 3, 5);

test('a target that is complete is told so with the instant and its age', () => {
  const status = streaming({ order: NOW_MS - 1_200, customer: NOW_MS - 1_200 });
  expect(freshnessSentence(status, NOW_MS)).toEqual({
    tone: 'good',
    text: 'Complete up to 12:03:03 UTC, 1.2 s ago.',
    more: [],
  });
});

test('one table behind among many decides, is named, and its reason is told', () => {
  const status = streaming({ order: NOW_MS, note: NOW_MS - 780_000 }, { note: 'paused' });
  const { tone, text, more } = freshnessSentence(status, NOW_MS);
  expect([tone, text]).toEqual(['bad', 'Complete up to 11:50:05 UTC, 13 min ago: note is behind.']);
  expect(more).toEqual(['shop.note: is paused: reload it']);
});

test('when the source cannot be asked the instant stays true, and what came after is not claimed', () => {
  const status = { ...streaming({ order: NOW_MS - 300_000 }), lagMs: null, isCaughtUp: false };
  const { tone, text } = freshnessSentence(status, NOW_MS);
  expect(tone).toBe('bad');
  expect(text).toBe(
    'Complete up to 11:58:05 UTC, 5 min ago. What came after is not known: the source cannot be asked.',
  );
});

test('while it loads, and while nothing is known, nothing is told to be complete', () => {
  const loading = freshnessSentence(statusSample(), NOW_MS);
  expect(loading).toMatchObject({ tone: 'wait', text: 'Not complete yet: 1 table to be copied. About 2.0 s left.' });
  const unknown = streaming({ order: null });
  expect(freshnessSentence(unknown, NOW_MS).text).toContain('not known yet');
  expect(freshnessSentence({ ...unknown, mode: 'capture' }, NOW_MS).text).toContain('only reads the source');
});

test('the stage that adds most to the lag is named as what holds the stream up; a stall and a wait come first', () => {
  const stages = (lags: readonly number[]) =>
    statusSample().stages.map((stage, i) => ({ ...stage, lagMs: lags[i] ?? 0 }));
  const behind = (lags: readonly number[]) => ({ ...streaming({ order: 1 }), lagMs: 9_000, stages: stages(lags) });
  expect(bottleneckOf(behind([100, 300, 9_000]))).toBe('writing to the target takes most of the lag');
  expect(bottleneckOf(behind([8_000, 8_100, 9_000]))).toBe('reading the source takes most of the lag');
  expect(bottleneckOf({ ...behind([1, 1, 1]), waitingFor: 'waiting for the target: refused' })).toContain('refused');
  const stalled = behind([1, 2, 3]).stages.map((stage) => ({ ...stage, state: 'stalled' as const }));
  expect(bottleneckOf({ ...behind([1, 2, 3]), stages: stalled })).toContain('has not moved');
  expect(bottleneckOf({ ...streaming({ order: 1 }), isCaughtUp: true, lagMs: 0 })).toContain('nothing');
});

test('what only captures names what holds it up, though it has no lag of its own', () => {
  const capturing = (lagMs: number | null) => {
    const stages = statusSample().stages.filter(({ name }) => name !== 'apply');
    return {
      ...streaming({ order: 1 }),
      mode: 'capture' as const,
      lagMs: null,
      stages: stages.map((stage) => ({ ...stage, lagMs })),
    };
  };
  expect(bottleneckOf(capturing(0))).toContain('the log holds what the source has committed');
  expect(bottleneckOf(capturing(9_000))).toContain('reading the source');
  expect(bottleneckOf(capturing(null))).toContain('the source does not tell its end');
});

test('times and sizes are short and never ambiguous', () => {
  expect([0, 80, 1_234, 59_000, 125_000, 3_600_000 * 31, 86_400_000 * 9].map(duration)).toEqual([
    '0 ms',
    '80 ms',
    '1.2 s',
    '59 s',
    '2 min',
    '31 h',
    '9 d',
  ]);
  expect(instant(NOW_MS, NOW_MS)).toBe('12:03:05 UTC');
  expect(instant(NOW_MS - 86_400_000, NOW_MS)).toBe('2026-05-31 12:03:05 UTC');
  expect([0, 1023, 1024, 5_000_000].map(bytes)).toEqual(['0 B', '1023 B', '1.0 KiB', '4.8 MiB']);
});

function streaming(
  tables: Readonly<Record<string, number | null>>,
  phases: Readonly<Record<string, TablePhase>> = {},
): PipelineStatus {
  const sample = statusSample();
  const [one] = sample.freshness.tables;
  const [copy] = sample.snapshot.tables;
  if (one === undefined || copy === undefined) throw new Error('the sample has a table');
  const named = Object.entries(tables).map(
    ([table, completeToMs]): TableFreshness => ({ ...one, table, completeToMs }),
  );
  const times = named.map(({ completeToMs }) => completeToMs);
  return {
    ...sample,
    state: 'streaming',
    lagMs: 500,
    freshness: {
      ...sample.freshness,
      tables: named,
      completeToMs: times.includes(null) ? null : Math.min(...times.map((time) => time ?? 0)),
    },
    snapshot: {
      ...sample.snapshot,
      state: 'done',
      tables: named.map(({ table }) => ({
        ...copy,
        table,
        phase: phases[table] ?? 'streaming',
        advice: phases[table] ? 'reload it' : null,
      })),
    },
  };
}

test('a stream that somebody has paused is told before everything else', () => {
  const pace = { ...FREE_PACE, state: 'paused' as const, by: 'ada', sinceMs: 1_000 };
  const told = freshnessSentence({ ...streaming({ order: NOW_MS, note: NOW_MS }), pace }, NOW_MS);
  expect(told).toMatchObject({ tone: 'bad', text: expect.stringMatching(/, and paused there\.$/) });
  expect(told.more[0]).toContain('paused by ada since 1970-01-01 00:00:01 UTC: sluice resume');
});
