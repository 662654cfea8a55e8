import type { Fence } from '../fence/fence.ts';
import type { Step, StepRecord } from '../step.ts';
import { leaks } from './drain.ts';

export interface FenceStepOptions<R extends StepRecord> {
  readonly fence: Fence<R>;
  /** Reads what `fence.plan` gave out of a journal. */
  readonly recordOf: (record: StepRecord) => R;
  readonly limitMs: number;
}

/** Blocks writes, and believes it only when a write that must fail was tried (INV-152). */
export function fenceStep<R extends StepRecord>({ fence, recordOf, limitMs }: FenceStepOptions<R>): Step {
  return {
    name: 'fence',
    title: 'Blocks every write on the side that the application writes to, and tries one that must fail.',
    phase: 'blocked',
    opens: 'undo',
    limitMs,
    describe: async () => {
      const { set } = fence.describe(await fence.plan());
      return set.flatMap(({ words, statements }) => [words, ...statements.map((statement) => `  ${statement}`)]);
    },
    run: async ({ record, note }) => {
      const before = record === null ? await fence.plan() : recordOf(record);
      if (record === null) await note(before);
      await fence.set(before);
      const { holds, tries, gaps } = await fence.proveHolds(before);
      const failed = tries.filter(({ outcome }) => outcome !== 'refused');
      if (!holds)
        throw leaks([...gaps, ...failed.map(({ as, what, answer }) => `${what} as ${as}: ${answer}`)].join('; '));
      return `${tries.length} writes were tried, and each was refused: ${tries.map(({ answer }) => answer).join('; ')}`;
    },
    undo: async ({ record }) => {
      if (record === null) return 'nothing was blocked';
      await fence.lift(recordOf(record));
      return 'writes are possible again';
    },
  };
}

export interface ClosedTargetOptions<R extends StepRecord> extends FenceStepOptions<R> {
  /** What is let in behind the point of no return: also who could not log in before the attempt. */
  readonly openingOf: (record: R) => R;
}

/** Keeps the application out of the side that is to be, until the point of no return. */
export function closedTargetSteps<R extends StepRecord>(options: ClosedTargetOptions<R>): readonly [Step, Step] {
  const { fence, recordOf, openingOf, limitMs } = options;
  const close: Step = {
    name: 'close-target',
    title: 'Keeps the application’s roles out of the side that is to be, until the point of no return.',
    phase: 'prepare',
    limitMs,
    describe: async () =>
      fence.describe(await fence.plan()).set.flatMap(({ words, statements }) => [words, ...statements]),
    run: async ({ record, note }) => {
      const before = record === null ? await fence.plan() : recordOf(record);
      if (record === null) await note(before);
      await fence.set(before);
      return 'the application’s roles cannot log in there';
    },
    // Roles that could log in before the attempt can again.
    undo: async ({ record }) => {
      if (record === null) return 'nothing was closed';
      await fence.lift(recordOf(record));
      return 'roles are as they were';
    },
  };
  const open: Step = {
    name: 'open-target',
    title: 'Lets the application’s roles in on the new side.',
    phase: 'beyond',
    limitMs,
    describe: async () =>
      fence.describe(openingOf(await fence.plan())).lift.flatMap(({ words, statements }) => [words, ...statements]),
    run: async ({ recordOf: recordOfStep }) => {
      const record = recordOfStep('close-target');
      if (record !== null) await fence.lift(openingOf(recordOf(record)));
      return 'the application’s roles can log in';
    },
  };
  return [close, open];
}
