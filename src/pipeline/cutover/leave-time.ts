import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '../../cutover/journal.ts';

/** Within it a process that was told to end puts back what it has begun. */
const ENDING_MS = 20_000;
/** Within it one that has failed writes down what came of its attempt, once the application can write again. */
const FAILED_MS = 5_000;
const LOOK_EVERY_MS = 100;

export interface Leaving {
  /** The process was told to end. */
  readonly ending: AbortSignal;
  /** The attempt as it stands, of a pipeline that has failed: its journal may refuse what made it fail. null: it has not. */
  readonly failed: (() => Attempt | null) | null;
}

/** Resolves when what is left of an attempt is to be left to the next process, or when `isOver` says that nothing is. */
export async function leaveTime({ ending, failed }: Leaving, isOver: AbortSignal): Promise<void> {
  const told = untilAborted(ending, isOver).then(() => wait(ENDING_MS, isOver));
  if (failed === null) return await told;
  await Promise.race([told, untilPutBack(failed, isOver).then(() => wait(FAILED_MS, isOver))]);
}

/** Resolves when `signal` aborts, or when nobody waits any more. */
async function untilAborted(signal: AbortSignal, isOver: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort', { signal: isOver }).catch(() => {});
}

async function untilPutBack(attempt: () => Attempt | null, isOver: AbortSignal): Promise<void> {
  while (!isOver.aborted && !isPutBack(attempt())) await wait(LOOK_EVERY_MS, isOver);
}

/** It keeps nobody from writing any more. */
function isPutBack(attempt: Attempt | null): boolean {
  if (attempt === null) return true;
  const { outcome, blockedAtMs, openedAtMs } = attempt;
  return outcome === 'aborted' && (blockedAtMs === null || openedAtMs !== null);
}

async function wait(ms: number, isOver: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: isOver }).catch(() => {});
}
