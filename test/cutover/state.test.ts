import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Outcome, STEP_PHASES, STEP_STATES, type StepPhase, type StepState } from '../../src/contract/cutover.ts';
import { type AttemptFact, nextAct, type StepFact } from '../../src/cutover/state.ts';

function attempt(states: readonly StepState[], change: Partial<AttemptFact> = {}): AttemptFact {
  const phases: readonly StepPhase[] = ['prepare', 'blocked', 'blocked', 'beyond'];
  const steps = phases.map((phase, i) => ({
    ...{ name: `step-${i}`, phase, canUndo: phase !== 'beyond', detail: null },
    state: states[i] ?? 'waiting',
  }));
  return { outcome: 'running', steps, abortReason: null, isRehearsal: false, ...change };
}

describe('the order of a cutover', () => {
  it('runs the steps before the point of no return in their order, then commits', () => {
    expect(nextAct(attempt([]))).toEqual({ tag: 'run', step: 'step-0' });
    expect(nextAct(attempt(['done', 'running']))).toEqual({ tag: 'run', step: 'step-1' });
    expect(nextAct(attempt(['done', 'done', 'done']))).toEqual({ tag: 'commit' });
  });

  it('runs nothing beyond the point of no return before it', () => {
    const beyond = { outcome: 'committed' as const };
    expect(nextAct(attempt(['done', 'done', 'done'], beyond))).toEqual({ tag: 'run', step: 'step-3' });
    expect(nextAct(attempt(['done', 'done', 'done', 'done'], beyond))).toEqual({ tag: 'end' });
  });

  it('aborts when a step failed, and puts everything back that was touched, last first', () => {
    expect(nextAct(attempt(['done', 'done', 'failed']))).toMatchObject({ tag: 'abort' });
    const aborted = { outcome: 'aborted' as const };
    expect(nextAct(attempt(['done', 'done', 'running'], aborted))).toEqual({ tag: 'undo', step: 'step-2' });
    expect(nextAct(attempt(['done', 'done', 'undone'], aborted))).toEqual({ tag: 'undo', step: 'step-1' });
    expect(nextAct(attempt(['undone', 'undone', 'undone'], aborted))).toEqual({ tag: 'end' });
  });

  it('puts back what a step has noted that was cut off before it began', () => {
    const { steps, ...rest } = attempt(['done', 'waiting'], { outcome: 'aborted' });
    const noted = steps.map((step) => ({ ...step, isNoted: step.name === 'step-1' }));
    expect(nextAct({ ...rest, steps: noted })).toEqual({ tag: 'undo', step: 'step-1' });
    expect(nextAct({ ...rest, steps })).toEqual({ tag: 'undo', step: 'step-0' });
  });

  it('ends a rehearsal by putting everything back, never by committing', () => {
    expect(nextAct(attempt(['done', 'done', 'done'], { isRehearsal: true }))).toMatchObject({ tag: 'abort' });
  });
});

const step = (index: number): fc.Arbitrary<StepFact> =>
  fc.record({
    name: fc.constant(`step-${index}`),
    phase: fc.constantFrom(...STEP_PHASES),
    state: fc.constantFrom(...STEP_STATES),
    canUndo: fc.boolean(),
    detail: fc.constant(null),
  });
const anyAttempt = fc.record({
  outcome: fc.constantFrom<Outcome>('running', 'committed', 'aborted'),
  steps: fc.integer({ min: 0, max: 6 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => step(i)))),
  abortReason: fc.constantFrom(null, 'asked'),
  isRehearsal: fc.boolean(),
});

describe('whatever stands in the journal', () => {
  it('is never committed while a step before the point of no return is not done, or an abort was asked for', () => {
    fc.assert(
      fc.property(anyAttempt, (one) => {
        if (nextAct(one).tag !== 'commit') return;
        expect(one.outcome).toBe('running');
        expect(one.abortReason).toBeNull();
        expect(one.isRehearsal).toBe(false);
        expect(one.steps.filter(({ phase, state }) => phase !== 'beyond' && state !== 'done')).toEqual([]);
      }),
    );
  });

  it('undoes nothing unless it is aborted, and runs nothing once it is', () => {
    fc.assert(
      fc.property(anyAttempt, (one) => {
        const act = nextAct(one);
        if (act.tag === 'undo') expect(one.outcome).toBe('aborted');
        if (act.tag === 'run') expect(one.outcome).not.toBe('aborted');
      }),
    );
  });

  it('comes to an end, whichever of the steps fail', () => {
    fc.assert(
      fc.property(anyAttempt, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (start, failures) => {
        let now: AttemptFact = start;
        for (const fails of failures) {
          const act = nextAct(now);
          if (act.tag === 'end') return;
          now = after(now, act, fails);
        }
        expect(nextAct(now).tag).toBe('end');
      }),
    );
  });
});

/** Beyond the point of no return, and on the way back, a failure is tried again: only success changes anything there. */
function after(now: AttemptFact, act: ReturnType<typeof nextAct>, fails: boolean): AttemptFact {
  const set = (name: string, state: StepState) => now.steps.map((one) => (one.name === name ? { ...one, state } : one));
  switch (act.tag) {
    case 'run':
      return { ...now, steps: set(act.step, fails && now.outcome === 'running' ? 'failed' : 'done') };
    case 'undo':
      return { ...now, steps: set(act.step, 'undone') };
    case 'commit':
      return { ...now, outcome: 'committed' };
    case 'abort':
      return { ...now, outcome: 'aborted' };
    case 'end':
      return now;
  }
}
