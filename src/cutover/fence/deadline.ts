import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../contract/error.ts';
import { fenceError } from './error.ts';

/** One limit over many steps; milliseconds of this process's monotonic clock. */
export class Deadline {
  readonly #endMs: number;
  readonly limitMs: number;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
    this.#endMs = performance.now() + limitMs;
  }

  get leftMs(): number {
    return Math.max(0, this.#endMs - performance.now());
  }

  get isPast(): boolean {
    return this.leftMs === 0;
  }
}

/** Asks again, at first at once, until it answers `true` or the deadline is past; answers whether it did. */
export async function until(
  deadline: Deadline,
  isDone: () => Promise<boolean>,
  longestPauseMs = 250,
): Promise<boolean> {
  for (let pauseMs = 10; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    if (await isDone()) return true;
    if (deadline.isPast) return false;
    await sleep(Math.min(pauseMs, deadline.leftMs));
  }
}

/** Between two tries of something that is to be done in any case. */
const AGAIN_MS = 250;
/** Whoever lifts a fence tries again until it is lifted, and gives each try more than this: so it hears why it failed. */
const LIFT_TRY_MS = 20_000;

/** For one try to lift a fence whose own limit is this. */
export function liftLimit(limitMs: number): number {
  return Math.min(limitMs, LIFT_TRY_MS);
}

/**
 * Tries again what may pass (a lost link, a restart, a lock) until the deadline. Only for what may run twice: an answer
 * that was lost says nothing about what was done.
 */
export async function patiently<A>(deadline: Deadline, attempt: () => Promise<A>): Promise<A> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error) || deadline.leftMs <= AGAIN_MS) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

/** A server that refuses to change an account because it is read-only will not stop by itself. */
function mayPass(error: unknown): boolean {
  return error instanceof SluiceError && error.disposition === 'retry' && error.code !== 'SOURCE_READ_ONLY';
}

interface Closable {
  close(): Promise<void>;
}

/**
 * Opens, works, closes. A server that stops answering ends the wait with FENCE_TIMEOUT, not the whole step: `cut`
 * gives the link up without waiting for anything.
 */
export async function within<T extends Closable, A>(
  deadline: Deadline,
  open: () => Promise<T>,
  work: (link: T) => Promise<A>,
  cut: (link: T) => void,
): Promise<A> {
  const link = await timed(deadline, open(), (late) => cut(late));
  let isLate = false;
  try {
    return await timed(deadline, work(link));
  } catch (error) {
    isLate = deadline.isPast;
    throw error;
  } finally {
    if (isLate) cut(link);
    else await link.close();
  }
}

/** FENCE_TIMEOUT when it takes longer; what comes in after that is handed to `late`. */
async function timed<A>(deadline: Deadline, work: Promise<A>, late?: (result: A) => void): Promise<A> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const limit = () => reject(fenceError('FENCE_TIMEOUT', `no answer within ${deadline.limitMs} ms`));
    timer = setTimeout(limit, deadline.leftMs + GRACE_MS);
  });
  let isOver = false;
  work.then((result) => isOver && late?.(result)).catch(() => {});
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

/** Waits inside the work end by the deadline with better words; this one is for a server that is silent. */
const GRACE_MS = 2_000;
