import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../contract/error.ts';
import type { Step, StepRecord } from '../step.ts';

export interface FirstWriteOptions {
  /** The first write on the new side that is not ours, in words; null: none yet. */
  look(): Promise<string | null>;
  readonly waitMs: number;
}

const EVERY_MS = 250;
/** Room for a look that the server answers late. */
const ROOM_MS = 30_000;

/**
 * Sees with its own eyes that the application writes to the new side. None in time is told and noted, for the advice, and
 * fails nothing.
 */
export function firstWriteStep({ look, waitMs }: FirstWriteOptions): Step {
  return {
    name: 'first-write',
    title: 'Looks for the first write of the application on the new side.',
    phase: 'beyond',
    limitMs: waitMs + ROOM_MS,
    describe: async () => [`read the log of the new side until a row was written, for at most ${waitMs / 1000} s`],
    run: async ({ signal, tell, note }) => {
      await tell('waiting for a write of the application on the new side');
      const startedMs = performance.now();
      for (;;) {
        const { seen, failure } = await lookOnce(look);
        const tookMs = Math.round(performance.now() - startedMs);
        if (seen !== null) return `the application writes to the new side: ${seen}, seen ${tookMs} ms after the flip`;
        if (tookMs >= waitMs) {
          await note(NONE_SEEN);
          return failure ?? `no write was seen in ${waitMs / 1000} s: look at the application`;
        }
        await sleep(EVERY_MS, undefined, { signal });
      }
    },
  };
}

const NONE_SEEN: StepRecord = { isSeen: false };

/** By what the step has noted: it saw no write in its time. */
export function sawNone(record: StepRecord | null): boolean {
  return record?.['isSeen'] === false;
}

interface Look {
  readonly seen: string | null;
  readonly failure: string | null;
}

async function lookOnce(look: FirstWriteOptions['look']): Promise<Look> {
  try {
    return { seen: await look(), failure: null };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { seen: null, failure: `not known whether the application writes there: ${error.message} (${error.code})` };
  }
}
