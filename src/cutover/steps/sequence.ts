import type { Step } from '../step.ts';

export interface SequenceOptions {
  /** Moves every identity past the rows and past what the other side has given out; answers how many there are. */
  raise(signal: AbortSignal): Promise<number>;
  readonly limitMs: number;
}

/** The first insert of the application must not meet a number that is taken (protocols 6). */
export function sequenceStep({ raise, limitMs }: SequenceOptions): Step {
  return {
    name: 'sequences',
    title: 'Moves every identity past the rows that are there and past the numbers already given out.',
    phase: 'blocked',
    limitMs,
    describe: async () => ['for each identity: past max(column), and past AUTO_INCREMENT of the source as it is now'],
    run: async ({ signal }) => `${await raise(signal)} identities stand past every row`,
  };
}
