import { SluiceError } from '../contract/error.ts';
import { unlessLeft } from '../contract/left-behind.ts';
import { seconds } from './seconds.ts';

/** Work that does not heed its signal is left behind after this long. */
const GRACE_MS = 2_000;

/** What `work` gives; when the signal ends it, or it does not end by itself in time, the signal's reason is thrown. */
export async function heeding<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    const done = await unlessLeft(
      work.then((value) => ({ value })),
      signal,
      GRACE_MS,
    );
    if (done !== null) return done.value;
  } catch (error) {
    // What work says of being cut off (a lost link, an abort) is not why it was.
    throw signal.aborted ? signal.reason : error;
  }
  throw signal.reason;
}

/** CUTOVER_STEP_TIME: a step did not end in its time. `told`: what it said last that it waits for; null: nothing. */
export function timeOver(step: string, limitMs: number, told: string | null): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_STEP_TIME',
    message: `${step} was not done after ${seconds(limitMs)}${told === null ? '' : `: ${told}`}`,
    remedy: 'All is put back by itself. Look at what it waited for: sluice cutover status, then try again.',
    disposition: 'stop',
  });
}

/** The reason of an abort as it stands in the journal. */
export function textOf(error: unknown): string {
  if (error instanceof SluiceError) return `${error.message} (${error.code}). ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
