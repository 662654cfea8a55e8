import { expect, test } from 'vitest';
import { outcomeText, predictionText } from '../../src/cli/cutover-text.ts';
import type { StepPhase, StepState } from '../../src/contract/cutover.ts';
import { attemptStatus, awayUntil } from '../../src/cutover/attempt-status.ts';
import type { Attempt, AttemptStep } from '../../src/cutover/journal.ts';
import { predictBlock } from '../../src/cutover/prediction.ts';
import type { Step } from '../../src/cutover/step.ts';

const PHASES: Readonly<Record<string, StepPhase>> = {
  'way-back': 'prepare',
  fence: 'blocked',
  drain: 'blocked',
  'last-look': 'blocked',
  flip: 'beyond',
};
const STEPS: readonly Step[] = Object.entries(PHASES).map(([name, phase]) => ({
  ...{ name, phase, title: name, limitMs: 1, describe: async () => [], run: async () => '' },
}));

function attempt(id: string, took: Readonly<Record<string, readonly [StepState, number | null]>>): Attempt {
  const steps = Object.entries(took).map(([name, [state, tookMs]]): AttemptStep => {
    const phase = PHASES[name] ?? 'prepare';
    return { name, title: name, phase, state, tookMs, record: null, detail: null, startedAtMs: null };
  });
  return {
    ...{ id, direction: 'forward', isRehearsal: true, startedBy: 'ada', startedAtMs: 0, writeBlockLimitMs: 60_000 },
    ...{ waivers: [], outcome: 'aborted', isOver: true, endedAtMs: 1, blockedAtMs: null, openedAtMs: null, away: [] },
    ...{ reason: null, steps },
  };
}

const UNFENCED = attempt('8', { 'way-back': ['undone', 900], drain: ['done', 40] });
const FENCED = attempt('7', { fence: ['undone', 600], drain: ['done', 300], 'last-look': ['done', 100] });

test('the write block is predicted by what the steps behind the fence took, the fence by the last test of it', () => {
  expect(predictBlock(STEPS, { last: FENCED, fenced: FENCED })?.writeBlockMs).toBe(1_000);
  const mixed = predictBlock(STEPS, { last: UNFENCED, fenced: FENCED });
  expect(mixed).toMatchObject({ writeBlockMs: 740, notMeasured: [] });
  expect(predictionText(mixed)).toMatch(/^predicted write block: .*fence .*\(in 7\), drain .*\(in 8\), last-look/);
});

test('what was never measured is named and not guessed', () => {
  const unfenced = predictBlock(STEPS, { last: UNFENCED, fenced: null });
  expect(unfenced).toMatchObject({ writeBlockMs: 40, notMeasured: ['fence', 'last-look'] });
  expect(predictionText(unfenced)).toMatch(/fence not measured.*sluice cutover rehearse --fence-test/);
  expect(predictBlock(STEPS, { last: null, fenced: null })).toBeNull();
  const failed = attempt('9', { fence: ['undone', 5_000], drain: ['waiting', null] });
  expect(predictBlock(STEPS, { last: failed, fenced: FENCED })?.writeBlockMs).toBe(1_000);
});

test('a rollback that is over says that the application writes to the old side', () => {
  const back = { ...attempt('4', {}), direction: 'back', outcome: 'committed', isRehearsal: false } as const;
  expect(outcomeText(attemptStatus(back, 2), 2)).toMatch(/^the application writes to the old side/);
  expect(outcomeText(attemptStatus({ ...back, direction: 'forward' }, 2), 2)).toMatch(/to the new side/);
});

test('the write block is told in two parts: ours, and from there the flip with the reload of the application', () => {
  const done = attempt('5', { 'open-target': ['done', 100], flip: ['done', 1_000] });
  const [open, flip] = done.steps.map((step) => ({ ...step, startedAtMs: step.name === 'flip' ? 600 : 450 }));
  const over = { ...done, outcome: 'committed', isRehearsal: false, blockedAtMs: 50, openedAtMs: 1_750 } as const;
  const told = attemptStatus({ ...over, steps: [open, flip].filter((step) => step !== undefined) }, 9_000);
  expect(told).toMatchObject({ writeBlockMs: 1_700, flipMs: 1_200 });
  expect(outcomeText(told, 9_000)).toContain(
    'writes blocked 1.7 s of at most 1 m 0 s: 0.5 s by sluice, 1.2 s by the flip and the application’s reload',
  );
  const gone = { ...over, steps: [open, flip].filter((step) => step !== undefined) };
  const away = awayUntil({ ...gone, openedAtMs: null }, 1_650);
  // Flipping had begun at 600 and is not known to have gone on.
  expect(away).toEqual([{ fromMs: 1_600, toMs: 1_650 }]);
  expect(awayUntil(gone, 9_000)).toEqual([]);
  const resumed = attemptStatus({ ...gone, away: [{ fromMs: 560, toMs: 1_560 }] }, 9_000);
  expect(resumed).toMatchObject({ writeBlockMs: 1_700, flipMs: 200, awayMs: 1_000 });
  expect(outcomeText(resumed, 9_000)).toMatch(
    /: 0.5 s by sluice, 0.2 s by the flip .*, 1.0 s while sluice did not run/,
  );
  expect(attemptStatus({ ...over, openedAtMs: null }, 60)).toMatchObject({ writeBlockMs: 10, flipMs: null });
});
