import { SluiceError } from '../../contract/error.ts';
import type { Position, ServerKind } from '../../contract/position.ts';
import type { Step, StepContext, StepRecord } from '../step.ts';

/** Where a stream was proven to be at its end. */
export interface Drained {
  /** The position at which the source's log ends. */
  readonly end: Position;
  /** The same, short, for people. */
  readonly shown: string;
  /** A row written there behind a fence that others can pass has come through as well. */
  readonly hasNonce?: boolean;
  /** Time that it took, milliseconds. */
  readonly tookMs: number;
}

export interface DrainOptions {
  /** Takes the end of the fenced side's log and waits until the sink stands exactly there: equality is the proof. */
  untilDrained(context: Pick<StepContext, 'signal' | 'tell'>): Promise<Drained>;
  readonly limitMs: number;
}

/** E, and everything before it on the other side (protocols 6). */
export function drainStep({ untilDrained, limitMs }: DrainOptions): Step {
  return {
    name: 'drain',
    title: 'Takes the end of the log behind the fence and waits until everything before it is on the other side.',
    phase: 'blocked',
    limitMs,
    describe: async () => ['read the end of the log, then wait until the applied position equals it'],
    run: async ({ signal, note, tell }) => {
      const drained = await untilDrained({ signal, tell });
      const { end, shown, tookMs } = drained;
      await note({ server: end.server, end: end.text, shown, tookMs });
      const nonce = drained.hasNonce ? ', and so is a row that was written behind the fence' : '';
      return `everything up to ${shown} is there${nonce}, after ${Math.round(tookMs)} ms`;
    },
  };
}

export interface LastLookOptions {
  /** Gaps of the fence, in words; empty when it stands as it was set. */
  gaps(fenced: StepRecord): Promise<readonly string[]>;
  /** Whether log and sink still end exactly where the drain ended. */
  isStillDrained(end: Position): Promise<boolean>;
  readonly limitMs: number;
}

/** The last thing before the point of no return: nobody has lifted the fence, and nothing came behind the end. */
export function lastLookStep({ gaps, isStillDrained, limitMs }: LastLookOptions): Step {
  return {
    name: 'last-look',
    title: 'Looks once more that the fence holds and that nothing came behind the end of the log.',
    phase: 'blocked',
    limitMs,
    describe: async () => ['look at the fence, at the end of the log and at the applied position once more'],
    run: async ({ recordOf }) => {
      const fenced = recordOf('fence');
      const end = drainedEnd(recordOf('drain'));
      const [open, isDrained] = await Promise.all([
        fenced === null ? ['no fence is noted'] : gaps(fenced),
        end !== null && isStillDrained(end),
      ]);
      if (open.length > 0) throw leaks(open.join('; '));
      if (!isDrained) throw leaks('changes came behind the end of the log');
      return 'the fence holds, and nothing came behind the end of the log';
    },
  };
}

/** The position that the drain has noted. */
export function drainedEnd(record: StepRecord | null): Position | null {
  if (typeof record?.['end'] !== 'string') return null;
  return { server: record['server'] as ServerKind, text: record['end'] };
}

/** CUTOVER_FENCE_LEAKS: somebody writes in spite of the fence, or could. */
export function leaks(what: string): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_FENCE_LEAKS',
    message: `the fence does not hold: ${what}`,
    remedy: 'Everything is put back by itself. Close what is named, then try again.',
    disposition: 'stop',
  });
}
