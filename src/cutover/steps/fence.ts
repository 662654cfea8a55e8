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
    ready: async ({ record, note }) => {
      if (record !== null) return;
      const before = await fence.plan();
      await note(before);
      await fence.ready(before);
    },
    run: async ({ record }) => {
      if (record === null) throw leaks('no fence is planned');
      const before = recordOf(record);
      await fence.set(before);
      const { holds, tries, gaps } = await fence.proveHolds(before);
      const failed = tries.filter(({ outcome }) => outcome !== 'refused');
      // PostgreSQL asks a role whether it may log in at each login: there is nothing to try without its password.
      const isSeen = fence.way === 'roles' && tries.length === 0 && gaps.length === 0;
      if (isSeen) return 'no role can log in, and none is there';
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

/** From here on only the reverse stream may write where the application did. */
export function loosenStep<R extends StepRecord>({ fence, recordOf, limitMs }: FenceStepOptions<R>): Step {
  return {
    name: 'loosen',
    title: 'Lets the reverse stream write to the old side, and nobody else.',
    phase: 'beyond',
    limitMs,
    describe: async () => ['the fence stays for every account but that of the reverse stream'],
    run: async ({ recordOf: recordOfStep }) => {
      const record = recordOfStep('fence');
      if (record === null) return 'there is no fence';
      await fence.loosen(recordOf(record));
      return 'the old side takes writes of the reverse stream alone';
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

/** The old side takes writes again as it did before its fence. */
export function openSourceStep<R extends StepRecord>(options: {
  readonly fence: Fence<R>;
  /** What the fence of the cutover has noted; null: there was none. */
  fenced(): Promise<R | null>;
  readonly limitMs: number;
}): Step {
  const { fence, fenced, limitMs } = options;
  return {
    name: 'open-source',
    title: 'Opens the old side as it was before the cutover.',
    phase: 'beyond',
    limitMs,
    describe: async () => {
      const record = await fenced();
      const acts = record === null ? [] : fence.describe(record).lift;
      return acts.flatMap(({ words, statements }) => [words, ...statements.map((statement) => `  ${statement}`)]);
    },
    run: async () => {
      const record = await fenced();
      if (record !== null) await fence.lift(record);
      return 'the source takes writes as before the cutover';
    },
  };
}
