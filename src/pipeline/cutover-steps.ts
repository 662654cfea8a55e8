import type { Config } from '../config/config.ts';
import type { Direction } from '../contract/cutover.ts';
import type { Position } from '../contract/position.ts';
import type { Word } from '../cutover/flip/word.ts';
import type { Step, StepRecord } from '../cutover/step.ts';
import { arrivedStep, commandStep } from '../cutover/steps/command.ts';
import { type Drained, drainStep, lastLookStep } from '../cutover/steps/drain.ts';
import { closedTargetSteps, fenceStep, loosenStep, openSourceStep } from '../cutover/steps/fence.ts';
import { firstWriteStep } from '../cutover/steps/first-write.ts';
import { type AnyFlip, flipStep, unflipStep } from '../cutover/steps/flip.ts';
import { probeStep } from '../cutover/steps/probe.ts';
import { sequenceStep } from '../cutover/steps/sequence.ts';
import { type VerifyStepOptions, verifySteps } from '../cutover/steps/verify.ts';
import { returnedSteps, wayBackSteps } from '../cutover/steps/way-back.ts';
import type { Scope } from './scope.ts';
import { raiseAllSequences } from './sequence.ts';
import { withSource } from './source-session.ts';
import { type AnyFence, secretsOf } from './switch-fence.ts';
import { switchProbe } from './switch-flip.ts';
import { scopedTables } from './target-schema.ts';

export interface SwitchOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly sourceFence: AnyFence;
  readonly targetFence: AnyFence;
  readonly drain: {
    untilDrained(signal: AbortSignal): Promise<Drained>;
    isStillDrained(end: Position): Promise<boolean>;
  };
  /** Compares what changed since it was compared. */
  readonly verifyChanged: VerifyStepOptions['verifyChanged'];
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
}

export interface WayBackActs {
  prove(signal: AbortSignal): Promise<number>;
  drop(): Promise<void>;
  skipForward(): Promise<string>;
  dropTriggers(): Promise<number>;
  /** The table of the first write on the target that is not ours; null: none yet. */
  firstWrite(): Promise<string | null>;
  /** Ends it, puts triggers back and takes everything of it away. */
  end(): Promise<void>;
}

const own = (record: StepRecord) => record;

export function switchSteps(direction: Direction, options: SwitchOptions): readonly Step[] {
  return direction === 'forward' ? forwardSteps(options) : backSteps(options);
}

/** The way to PostgreSQL, in its order (protocols 6; INV-173). */
function forwardSteps(options: SwitchOptions): readonly Step[] {
  const { config, scope, sourceFence: fence, targetFence, drain, wayBack, flip, word } = options;
  const { targetRoles: roles, writeBlockLimitMs: limitMs, firstWriteMs } = config.cutover;
  const [prove, skip, quieten] = wayBack === null ? [] : wayBackSteps({ ...wayBack, limitMs });
  const openingOf = (record: StepRecord) => ({ ...record, roles });
  const [ahead, verify] = verifySteps({ ...options, limitMs });
  const [close, open] = closedTargetSteps({ fence: targetFence, limitMs, recordOf: own, openingOf });
  return [
    ahead,
    ...given(prove),
    ...beforeFence(config),
    ...(roles.length === 0 ? [] : [close]),
    fenceStep({ fence, limitMs, recordOf: own }),
    drainStep({ untilDrained: drain.untilDrained, limitMs }),
    verify,
    sequenceStep({ raise: (signal) => raiseSequences(config, scope, signal), limitMs }),
    ...given(skip),
    lastLook(fence, drain, limitMs),
    ...lastOpens([
      roles.length === 0 ? arrivedStep(limitMs) : open,
      ...(flip === null ? [] : [flipStep({ flip, word })]),
    ]),
    ...(wayBack === null ? [] : [loosenStep({ fence, limitMs, recordOf: own }), ...given(quieten)]),
    ...probeSteps(config),
    ...(wayBack === null ? [] : [firstWriteStep({ look: () => wayBack.firstWrite(), waitMs: firstWriteMs })]),
  ];
}

/** The way back: the same machine with the roles of both sides exchanged. */
function backSteps(options: SwitchOptions): readonly Step[] {
  const { config, sourceFence, targetFence, drain, wayBack, lastRecord, reopenStream, flip, word } = options;
  const { writeBlockLimitMs: limitMs } = config.cutover;
  const endWayBack = async () => wayBack?.end();
  return [
    ...beforeFence(config),
    fenceStep({ fence: targetFence, limitMs, recordOf: own }),
    drainStep({ untilDrained: drain.untilDrained, limitMs }),
    lastLook(targetFence, drain, limitMs),
    ...returnedSteps({ endWayBack, reopenStream, limitMs }),
    ...lastOpens([
      openSourceStep({ fence: sourceFence, fenced: () => lastRecord('fence'), limitMs }),
      unflipStep({ flip, word, flipped: () => lastRecord('flip') }),
    ]),
    ...probeSteps(config),
  ];
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
  const rest = { line, folder, secrets: secretsOf(config), limitMs: cutover.writeBlockLimitMs };
  return [commandStep({ name: 'before-fence', title, phase: 'prepare', key: 'cutover.hooks.beforeFence', ...rest })];
}

function probeSteps(config: Config): readonly Step[] {
  const probe = switchProbe(config);
  return probe === null ? [] : [probeStep(probe)];
}

/** The source counts on while it is written to: only behind the fence do its numbers stand still. */
async function raiseSequences(config: Config, scope: Scope, signal: AbortSignal): Promise<number> {
  const tables = await withSource(config, signal, (source) => scopedTables(source, scope));
  const [failure] = await raiseAllSequences(config, { tables, scope });
  if (failure) throw failure;
  return tables.filter(({ nextAutoIncrement }) => nextAutoIncrement !== null).length;
}
