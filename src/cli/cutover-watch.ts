import type { AttemptStatus, StepStatus } from '../contract/cutover.ts';
import { watchStatus } from '../control/client.ts';
import { outcomeText } from './cutover-text.ts';
import { formatDuration } from './format.ts';
import type { Output } from './output.ts';

/** Follows one attempt until it is over, or until the signal; null: the process that ran it has ended. */
export async function followAttempt(
  socket: string,
  id: string,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
): Promise<AttemptStatus | null> {
  const teller = new StepTeller(output);
  for await (const { cutover } of watchStatus(socket, signal)) {
    const attempt = cutover?.attempt ?? null;
    if (attempt === null || attempt.id !== id) continue;
    teller.tell(attempt);
    if (attempt.isOver) return attempt;
  }
  return null;
}

/** A line for each step as it changes, and on a terminal the clock of the write block beneath. */
class StepTeller {
  readonly #output: Output;
  readonly #told = new Map<string, string>();
  /** Why a step that is tried until it is done failed last. */
  readonly #failed = new Map<string, string>();

  constructor(output: Output) {
    this.#output = output;
  }

  tell(attempt: AttemptStatus): void {
    for (const step of attempt.steps) this.#tellStep(step);
    this.#output.live(attempt.isOver ? [] : [outcomeText(attempt, Date.now())]);
  }

  #tellStep({ name, state, phase, tookMs, detail }: StepStatus): void {
    const now = `${state} ${detail ?? ''}`;
    const isNews = state !== 'waiting' && this.#told.get(name) !== now;
    this.#told.set(name, now);
    if (!isNews || this.#isTriedAgain({ name, state, phase, detail })) return;
    const took = tookMs === null ? '' : ` after ${formatDuration(tookMs)}`;
    const again = phase === 'beyond' && state === 'failed' ? '; it is tried until it is done' : '';
    this.#output.say(`${name}: ${state}${took}${detail === null ? '' : `: ${detail}`}${again}`);
  }
  /** Behind the point of no return what fails is tried until it is done: said once, until it fails otherwise. */
  #isTriedAgain({ name, state, phase, detail }: Pick<StepStatus, 'name' | 'state' | 'phase' | 'detail'>): boolean {
    const last = this.#failed.get(name);
    if (phase === 'beyond' && state === 'failed') this.#failed.set(name, detail ?? '');
    return last !== undefined && (state === 'failed' ? last === detail : state === 'running' && detail === null);
  }
}
