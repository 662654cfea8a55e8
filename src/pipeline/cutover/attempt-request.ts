import type { CutoverRequest } from '../../contract/cutover.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Step } from '../../cutover/step.ts';

/** Without what an asker says that must not be kept. */
export function redactedRequest(request: CutoverRequest, redact: (text: string) => string): CutoverRequest {
  const waivers = request.waivers.map(({ gate, by, reason }) => ({ gate, by: redact(by), reason: redact(reason) }));
  return { ...request, by: redact(request.by), waivers };
}

/** Without a fence there is nothing to close or look at again, and two counts of what moves tell nothing. */
const ASKS_FENCE: ReadonlySet<string> = new Set(['fence', 'counts', 'seal', 'last-look']);

/** A rehearsal goes no further than the point of no return; without its fence nothing is blocked, and so not proven. */
export function attemptSteps(
  steps: readonly Step[],
  { isRehearsal, fences }: Pick<CutoverRequest, 'isRehearsal' | 'fences'>,
): readonly Pick<Step, 'name' | 'title' | 'phase'>[] {
  if (!isRehearsal) return steps;
  const before = steps.filter(({ phase }) => phase !== 'beyond');
  if (fences) return before;
  const unfenced = before.filter(({ name }) => !ASKS_FENCE.has(name));
  return unfenced.map((step) => ({ ...step, phase: 'prepare' }));
}

/** What cannot be read, for want of a right, is said in the step's place: the gates tell of it with its cure. */
export async function described(step: Step): Promise<readonly string[]> {
  try {
    return await step.describe();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return [`not known now: ${error.message}`];
  }
}
