import type { Config } from '../../config/config.ts';
import type { Direction } from '../../contract/cutover.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Position } from '../../contract/position.ts';
import { Early } from '../../cutover/early.ts';
import type { Word } from '../../cutover/flip/word.ts';
import type { Step, StepContext, StepRecord } from '../../cutover/step.ts';
import { arrivedStep, commandStep } from '../../cutover/steps/command.ts';
import { type CountOptions, countStep } from '../../cutover/steps/count.ts';
import { type Drained, drainStep, lastLookStep } from '../../cutover/steps/drain.ts';
import { closedTargetSteps, fenceStep, loosenStep, openSourceStep } from '../../cutover/steps/fence.ts';
import { firstWriteStep } from '../../cutover/steps/first-write.ts';
import { type AnyFlip, flipStep, unflipStep } from '../../cutover/steps/flip.ts';
import { levelStep } from '../../cutover/steps/level.ts';
import { probeStep } from '../../cutover/steps/probe.ts';
import { notedStep, sealStep } from '../../cutover/steps/seal.ts';
import { sequenceStep } from '../../cutover/steps/sequence.ts';
import { type VerifyStepOptions, verifySteps } from '../../cutover/steps/verify.ts';
import { returnedSteps, wayBackSteps } from '../../cutover/steps/way-back.ts';
import { readNextNumbers } from '../../mysql/next-number.ts';
import { raiseAllSequences } from '../schema/sequence.ts';
import type { Scope } from '../scope.ts';
import type { SpareSessions } from '../spare-sessions.ts';
import { refuseLate } from './late-table.ts';
import { type AnyFence, secretsOf } from './switch-fence.ts';
import { switchProbe } from './switch-flip.ts';

/** The parts that the steps of a switch are made of. */
export interface SwitchOptions {
  readonly config: Config;
  readonly sourceFence: AnyFence;
  readonly targetFence: AnyFence;
  readonly drain: {
    untilDrained(context: Pick<StepContext, 'signal' | 'tell'>): Promise<Drained>;
    isStillDrained(end: Position): Promise<boolean>;
    /** Milliseconds until what is written by now is there, while writes go on. */
    drainMs(signal: AbortSignal): Promise<number>;
  };
  /** Compares what changed since it was compared. */
  readonly verifyChanged: VerifyStepOptions['verifyChanged'];
  /** Rows of every table on both sides, behind the fence. */
  countRows: CountOptions['countRows'];
  /** Moves every identity of the target past its rows and past what the source has given out; answers how many. */
  raiseSequences(signal: AbortSignal): Promise<number>;
  /** Opens what is used behind the fence, while nobody waits for it. */
  openAhead(): Promise<void>;
  /** Writes are blocked now. */
  isFenced(): boolean;
  /** null: none is wanted. */
  readonly wayBack: WayBackActs | null;
  /** What a step of the last cutover has noted, for the rollback. */
  lastRecord(step: 'fence' | 'flip'): Promise<StepRecord | null>;
  /** null: nothing flips the application. */
  readonly flip: AnyFlip | null;
  readonly word: Word;
  reopenStream(): Promise<void>;
  /** Notes at the source that the attempt may be committed from here on. */
  seal(): Promise<string>;
  /** Notes there that it is committed. */
  noteCommitted(): Promise<void>;
}

export interface WayBackActs {
  prove(signal: AbortSignal): Promise<number>;
  drop(): Promise<void>;
  skipForward(): Promise<string>;
  dropTriggers(): Promise<number>;
  /** The table of the first write on the target that is not ours; null: none yet. */
  firstWrite(): Promise<string | null>;
  /** Ends it and puts triggers back. */
  end(): Promise<void>;
}

const own = (record: StepRecord) => record;

/** While the application writes on nobody waits: the limit of the write block is for what stands behind the fence. */
const PREPARE_LIMIT_MS = 15 * 60_000;

export function switchSteps(direction: Direction, options: SwitchOptions): readonly Step[] {
  const steps = direction === 'forward' ? forwardSteps(options) : backSteps(options);
  return steps.map((step) => {
    return step.phase === 'prepare' ? { ...step, limitMs: Math.max(step.limitMs, PREPARE_LIMIT_MS) } : step;
  });
}

/** The way to PostgreSQL, in its order (protocols 6; INV-173, INV-197). */
function forwardSteps(options: SwitchOptions): readonly Step[] {
  const { config, sourceFence: fence, targetFence, drain, wayBack, flip, word } = options;
  const { targetRoles: roles, writeBlockLimitMs: limitMs, maxLagMs, firstWriteMs } = config.cutover;
  const skips = new Early(async () => (await wayBack?.skipForward()) ?? '');
  const skipForward = (signal: AbortSignal) => skips.result(signal);
  const [prove, skip, quieten] = wayBack === null ? [] : wayBackSteps({ ...wayBack, skipForward, limitMs });
  const openingOf = (record: StepRecord) => ({ ...record, roles });
  const counts = new Early(options.countRows);
  const sequences = new Early(options.raiseSequences);
  const beside = (signal: AbortSignal) => {
    counts.begin(signal);
    sequences.begin(signal);
    if (wayBack !== null) skips.begin(signal);
  };
  const [ahead, again, verify] = verifySteps({ ...options, beside, limitMs });
  const [close, open] = closedTargetSteps({ fence: targetFence, limitMs, recordOf: own, openingOf });
  return [
    ahead,
    ...given(prove),
    ...beforeFence(config),
    ...(roles.length === 0 ? [] : [close]),
    // What changes while it waits would have to be compared behind the fence; the comparison itself waits for the stream.
    levelStep({ drainMs: drain.drainMs, gate: 'lag', maxLagMs, limitMs }),
    { ...again, run: (context) => besides(again.run(context), options.openAhead()) },
    fenceStep({ fence, limitMs, recordOf: own }),
    drainStep({ untilDrained: drain.untilDrained, limitMs }),
    verify,
    countStep({ countRows: (signal) => counts.result(signal), limitMs }),
    sequenceStep({ raise: (signal) => sequences.result(signal), limitMs }),
    ...given(skip),
    sealStep({ fence, recordOf: own, seal: options.seal, limitMs }),
    lastLook(fence, drain, limitMs),
    ...lastOpens([
      roles.length === 0 ? arrivedStep(limitMs) : open,
      ...(flip === null ? [] : [flipStep({ flip, word })]),
    ]),
    ...(wayBack === null
      ? [notedStep({ fence, recordOf: own, noteCommitted: options.noteCommitted, limitMs })]
      : [loosenStep({ fence, limitMs, recordOf: own }), ...given(quieten)]),
    ...probeSteps(config),
    ...(wayBack === null ? [] : [firstWriteStep({ look: () => wayBack.firstWrite(), waitMs: firstWriteMs })]),
  ];
}

/** The way back: the same machine with the roles of both sides exchanged. */
function backSteps(options: SwitchOptions): readonly Step[] {
  const { config, sourceFence, targetFence, drain, wayBack, lastRecord, reopenStream, flip, word } = options;
  const { writeBlockLimitMs: limitMs, maxLagMs } = config.cutover;
  const level = levelStep({ drainMs: drain.drainMs, gate: 'way-back-lag', maxLagMs, limitMs });
  const [end, drop, reopen] = returnedSteps({
    ...{ reopenStream, limitMs },
    endWayBack: async () => wayBack?.end(),
    dropWayBack: async () => wayBack?.drop(),
  });
  return [
    ...beforeFence(config),
    { ...level, run: (context) => besides(level.run(context), openAheadOfReturn(options)) },
    fenceStep({ fence: targetFence, limitMs, recordOf: own }),
    drainStep({ untilDrained: drain.untilDrained, limitMs }),
    lastLook(targetFence, drain, limitMs),
    end,
    ...lastOpens([
      openSourceStep({ fence: sourceFence, fenced: () => lastRecord('fence'), limitMs }),
      unflipStep({ flip, word, flipped: () => lastRecord('flip') }),
    ]),
    drop,
    reopen,
    ...probeSteps(config),
  ];
}

/** What cannot be opened now is opened when it is needed, and fails there. */
async function openAheadOfReturn({ openAhead, sourceFence, lastRecord }: SwitchOptions): Promise<void> {
  await openAhead();
  try {
    const fenced = await lastRecord('fence');
    if (fenced !== null) await sourceFence.ready(fenced);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
  }
}

async function besides<A>(work: Promise<A>, other: Promise<void>): Promise<A> {
  const [result] = await Promise.all([work, other]);
  return result;
}

function lastLook(fence: AnyFence, { isStillDrained }: SwitchOptions['drain'], limitMs: number): Step {
  return lastLookStep({ gaps: async (record) => (await fence.isSet(record)).gaps, isStillDrained, limitMs });
}

/** With the last of them the application can write again. */
function lastOpens(steps: readonly Step[]): readonly Step[] {
  return steps.map((step, at): Step => (at === steps.length - 1 ? { ...step, opens: 'run' } : step));
}

function given(step: Step | undefined): readonly Step[] {
  return step === undefined ? [] : [step];
}

/** None where the configuration has no such command. */
function beforeFence(config: Config): readonly Step[] {
  const { folder, cutover } = config;
  const line = cutover.hooks.beforeFence?.reveal();
  if (line === undefined) return [];
  const title = 'Runs the hook while the application still writes.';
  const rest = { line, folder, secrets: secretsOf(config), limitMs: PREPARE_LIMIT_MS };
  return [commandStep({ name: 'before-fence', title, phase: 'prepare', key: 'cutover.hooks.beforeFence', ...rest })];
}

function probeSteps(config: Config): readonly Step[] {
  const probe = switchProbe(config);
  return probe === null ? [] : [probeStep(probe)];
}

export interface RaiseOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly spares: SpareSessions;
  /** As the gates have looked at them when the attempt began; null: nobody knows. */
  readonly looked: readonly string[] | null;
}

/** The source counts on while it is written to: only behind the fence do its numbers stand still. */
export async function raiseSequences(
  { config, scope, spares, looked }: RaiseOptions,
  signal: AbortSignal,
): Promise<number> {
  const all = await spares.withSource(signal, (source) => readNextNumbers(source, scope.databases));
  const numbers = all.filter(({ database, table }) => scope.isPublished(database, table));
  refuseLate(numbers, looked);
  const [failure] = await raiseAllSequences(config, { numbers, scope, spares });
  if (failure) throw failure;
  return numbers.filter(({ counted }) => counted !== null).length;
}
