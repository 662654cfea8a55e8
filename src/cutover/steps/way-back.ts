import type { Step } from '../step.ts';

export interface WayBackOptions {
  /** Makes everything that the way back needs, and sends a canary all the way; answers how long that took. */
  prove(signal: AbortSignal): Promise<number>;
  /** Takes it all away again. */
  drop(): Promise<void>;
  /** What stands on the new side by now came from the old one: it is not carried back. Answers where that ends. */
  skipForward(signal: AbortSignal): Promise<string>;
  /** The old side's triggers, which the rows that come back must not fire; answers how many. */
  dropTriggers(): Promise<number>;
  readonly limitMs: number;
}

/** The way back stands and is proven before anything is blocked; making it waits for open transactions (protocols 6). */
export function wayBackSteps(options: WayBackOptions): readonly [prove: Step, skip: Step, quieten: Step] {
  const { prove, drop, skipForward, dropTriggers, limitMs } = options;
  const proving: Step = {
    name: 'way-back',
    title: 'Prepares the way back and proves it by a canary that goes through all of it.',
    phase: 'prepare',
    limitMs,
    describe: async () => [
      'REPLICA IDENTITY FULL for every table, a publication, a replication slot, a checkpoint at the source',
      'a row of sluice.canary on the target must arrive in sluice.canary at the source',
    ],
    run: async ({ signal, note }) => {
      await note({ isBegun: true });
      return `the canary came back after ${await prove(signal)} ms`;
    },
    undo: async ({ record }) => {
      if (record === null) return 'nothing was prepared';
      await drop();
      return 'slot, publication and identities are put back';
    },
  };
  const skipping: Step = {
    name: 'skip-forward',
    title: 'Moves the slot of the way back past the last row that came from the source, so that nothing echoes.',
    phase: 'blocked',
    limitMs,
    describe: async () => ['pg_replication_slot_advance to the end of the target’s log, behind the drain'],
    run: async ({ signal }) => `what was written before ${await skipForward(signal)} is not carried back`,
  };
  const quietening: Step = {
    name: 'source-triggers',
    title: 'Takes the triggers of the source away, journalled whole: rows that come back must not fire them.',
    phase: 'beyond',
    limitMs,
    describe: async () => ['DROP TRIGGER for each trigger of the tables, after SHOW CREATE TRIGGER is kept'],
    run: async () => `${await dropTriggers()} triggers are put away`,
  };
  return [proving, skipping, quietening];
}

export interface ReturnedOptions {
  /** Ends the stream back and puts the triggers where they were. */
  endWayBack(): Promise<void>;
  /** Takes slot and publication away. */
  dropWayBack(): Promise<void>;
  /** The stream from the old side goes on where it was closed. */
  reopenStream(): Promise<void>;
  readonly limitMs: number;
}

/** Behind the point of no return of a rollback: the first before the old side is opened, the others while it is open. */
export function returnedSteps(options: ReturnedOptions): readonly [end: Step, drop: Step, reopen: Step] {
  const { endWayBack, dropWayBack, reopenStream, limitMs } = options;
  const end: Step = {
    name: 'end-way-back',
    title: 'Ends the stream back and puts the source’s triggers where they were.',
    phase: 'beyond',
    limitMs,
    describe: async () => ['every trigger exactly as it was'],
    run: async () => {
      await endWayBack();
      return 'the way back is ended';
    },
  };
  const drop: Step = {
    name: 'drop-way-back',
    title: 'Takes slot and publication of the way back away.',
    phase: 'beyond',
    limitMs,
    describe: async () => ['slot, publication and replica identities as before'],
    run: async () => {
      await dropWayBack();
      return 'nothing is kept on the target for it any more';
    },
  };
  const reopen: Step = {
    name: 'reopen-stream',
    title: 'Lets the stream to the target go on where the cutover had closed it.',
    phase: 'beyond',
    limitMs,
    describe: async () => ['the checkpoint on the target is open again; what came back is left out'],
    run: async () => {
      await reopenStream();
      return 'the stream to the target is open';
    },
  };
  return [end, drop, reopen];
}
