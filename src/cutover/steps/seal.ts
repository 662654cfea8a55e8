import { SluiceError } from '../../contract/error.ts';
import type { Fence } from '../fence/fence.ts';
import type { Step, StepRecord } from '../step.ts';
import { leaks } from './drain.ts';

export interface SealStepOptions<R extends StepRecord> {
  readonly fence: Fence<R>;
  readonly recordOf: (record: StepRecord) => R;
  /** Notes at the source that the point of no return may be passed from here on; answers so in words. */
  seal(): Promise<string>;
  readonly limitMs: number;
}

/** For the fence to be set again within its own limit. */
const ROOM_MS = 5_000;

/** Before the last look, which sees whatever came in the moment in which the source let our own account write. */
export function sealStep<R extends StepRecord>({ fence, recordOf, seal, limitMs }: SealStepOptions<R>): Step {
  return {
    name: 'seal',
    title: 'Notes at the source that the point of no return may be passed from here on.',
    phase: 'blocked',
    limitMs,
    describe: async () => ['an UPDATE of sluice.cutover at the source, out of its binlog'],
    run: async ({ recordOf: recordOfStep }) => {
      const record = recordOfStep('fence');
      if (record === null) throw leaks('no fence is noted');
      return await fence.admit(recordOf(record), seal);
    },
  };
}

export interface NotedStepOptions<R extends StepRecord> extends Omit<SealStepOptions<R>, 'seal'> {
  /** Notes at the source that the attempt is committed. */
  noteCommitted(): Promise<void>;
}

/**
 * Without a way back the fence stays whole, and its own server lets nobody write: whoever loses the target later must read
 * at the source all the same that the application belongs there. A source that is away holds nothing up.
 */
export function notedStep<R extends StepRecord>({
  fence,
  recordOf,
  noteCommitted,
  limitMs,
}: NotedStepOptions<R>): Step {
  return {
    name: 'note-source',
    title: 'Notes at the source that the cutover is committed.',
    phase: 'beyond',
    limitMs: limitMs + ROOM_MS,
    describe: async () => ['an UPDATE of sluice.cutover at the source'],
    run: async ({ recordOf: recordOfStep }) => {
      const record = recordOfStep('fence');
      if (record === null) return 'there is no fence';
      try {
        await fence.admit(recordOf(record), noteCommitted);
        return 'the source knows that the application belongs to the target';
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        return `NOT noted at the source: ${error.message} (${error.code})`;
      }
    },
  };
}
