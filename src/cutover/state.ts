import type { Outcome, StepPhase, StepState } from '../contract/cutover.ts';

export interface StepFact {
  readonly name: string;
  readonly phase: StepPhase;
  readonly state: StepState;
  readonly canUndo: boolean;
  /** It has noted what its undo needs: even where it has not begun, something may have been made. */
  readonly isNoted?: boolean;
  readonly detail: string | null;
}

export interface AttemptFact {
  readonly outcome: Outcome;
  /** In the order in which they run. */
  readonly steps: readonly StepFact[];
  /** Someone asked, time is over, or this process did not begin the attempt; null: it goes on. */
  readonly abortReason: string | null;
  /** Everything but the switch itself: steps before the point of no return are run, then all is put back. */
  readonly isRehearsal: boolean;
}

export type Act =
  | { readonly tag: 'run'; readonly step: string }
  | { readonly tag: 'undo'; readonly step: string }
  /** The point of no return. */
  | { readonly tag: 'commit' }
  | { readonly tag: 'abort'; readonly reason: string }
  | { readonly tag: 'end' };

/**
 * What is done next, from what stands in the journal and nothing else (protocols 6): before the point of no return any
 * failure leads to `aborted` and everything back in reverse order; after it there is only forward. A process that finds
 * an attempt of another one never commits it.
 */
export function nextAct(attempt: AttemptFact): Act {
  switch (attempt.outcome) {
    case 'running':
      return beforeReturn(attempt);
    case 'aborted':
      return backward(attempt);
    case 'committed':
      return forward(attempt.steps.filter(({ phase }) => phase === 'beyond')) ?? { tag: 'end' };
  }
}

function beforeReturn({ steps, abortReason, isRehearsal }: AttemptFact): Act {
  const before = steps.filter(({ phase }) => phase !== 'beyond');
  if (abortReason !== null) return { tag: 'abort', reason: abortReason };
  const failed = before.find(({ state }) => state === 'failed' || state === 'undone');
  if (failed) return { tag: 'abort', reason: `${failed.name} failed: ${failed.detail ?? 'it was cut off'}` };
  const next = forward(before);
  if (next !== null) return next;
  return isRehearsal ? { tag: 'abort', reason: 'a rehearsal ends here' } : { tag: 'commit' };
}

function forward(steps: readonly StepFact[]): Act | null {
  const next = steps.find(({ state }) => state !== 'done');
  return next ? { tag: 'run', step: next.name } : null;
}

/** What was begun is undone too: it may have been cut off behind its effect. */
function backward({ steps }: AttemptFact): Act {
  const last = steps.findLast((step) => step.canUndo && isTouched(step));
  return last ? { tag: 'undo', step: last.name } : { tag: 'end' };
}

function isTouched({ state, isNoted = false }: StepFact): boolean {
  return state === 'running' || state === 'done' || state === 'failed' || (state === 'waiting' && isNoted);
}
