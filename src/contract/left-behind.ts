import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What `work` gives; null when its signal was aborted `graceMs` ago and it has not ended by then: a server that answers
 * nothing must not hold up who waits. What is left behind ends by itself, with nobody to tell (INV-256).
 */
export async function unlessLeft<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T | null> {
  const left = Promise.withResolvers<null>();
  // Whichever of the two comes second has nobody who waits for it.
  work.catch(() => {});
  const leave = () => void sleep(graceMs, undefined, { ref: false }).then(() => left.resolve(null));
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, left.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
