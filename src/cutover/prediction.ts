import type { BlockPrediction } from '../contract/cutover.ts';
import type { Attempt } from './journal.ts';
import type { Step } from './step.ts';

export interface Measured {
  /** The last attempt, with its fence or without. */
  readonly last: Attempt | null;
  /** The last one that blocked writes and drained. */
  readonly fenced: Attempt | null;
}

/** How long writes will be blocked, by what each step behind the fence took when it was last measured. */
export function predictBlock(steps: readonly Step[], { last, fenced }: Measured): BlockPrediction | null {
  if (last === null && fenced === null) return null;
  const blocked = steps.filter(({ phase }) => phase === 'blocked').map(({ name }) => name);
  const parts = blocked.flatMap((step) => {
    const attempt = [last, fenced].find((one) => one !== null && tookOf(one, step) !== null) ?? null;
    const tookMs = attempt && tookOf(attempt, step);
    return attempt === null || tookMs === null ? [] : [{ step, tookMs, attempt: attempt.id }];
  });
  if (parts.length === 0) return null;
  const notMeasured = blocked.filter((name) => parts.every(({ step }) => step !== name));
  return { writeBlockMs: parts.reduce((sum, { tookMs }) => sum + tookMs, 0), parts, notMeasured };
}

/** null: it did not get to its end. */
function tookOf({ steps }: Attempt, name: string): number | null {
  const at = steps.findIndex((step) => step.name === name);
  const step = steps[at];
  // A failed step is undone too: one behind it that ran tells that it had not failed.
  const isDone = step?.state === 'done' || (step?.state === 'undone' && (steps[at + 1]?.tookMs ?? null) !== null);
  return isDone ? (step?.tookMs ?? null) : null;
}
