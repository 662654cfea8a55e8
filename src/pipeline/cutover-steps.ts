import type { Config } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';
import type { Direction } from '../contract/cutover.ts';
import type { Position } from '../contract/position.ts';
import type { Step, StepRecord } from '../cutover/step.ts';
import { arrivedStep, commandStep } from '../cutover/steps/command.ts';
import { type Drained, drainStep, lastLookStep } from '../cutover/steps/drain.ts';
import { closedTargetSteps, fenceStep, loosenStep, openSourceStep } from '../cutover/steps/fence.ts';
import { sequenceStep } from '../cutover/steps/sequence.ts';
import { returnedSteps, wayBackSteps } from '../cutover/steps/way-back.ts';
import type { Scope } from './scope.ts';
import { raiseAllSequences } from './sequence.ts';
import { withSource } from './source-session.ts';
import { type AnyFence, secretsOf } from './switch-fence.ts';
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
  /** null: none is wanted. */
  readonly wayBack: WayBackActs | null;
  /** What the fence of the cutover has noted, for the rollback. */
  lastFence(): Promise<StepRecord | null>;
  reopenStream(): Promise<void>;
}

export interface WayBackActs {
  prove(signal: AbortSignal): Promise<number>;
  drop(): Promise<void>;
  skipForward(): Promise<string>;
  dropTriggers(): Promise<number>;
  /** Ends it, puts triggers back and takes everything of it away. */
  end(): Promise<void>;
}

const own = (record: StepRecord) => record;

export function switchSteps(direction: Direction, options: SwitchOptions): readonly Step[] {
  return direction === 'forward' ? forwardSteps(options) : backSteps(options);
}

/** The way to PostgreSQL, in its order (protocols 6; INV-173). */
function forwardSteps(options: SwitchOptions): readonly Step[] {
  const { config, scope, sourceFence: fence, targetFence, drain, wayBack } = options;
  const { hooks, targetRoles: roles, writeBlockLimitMs: limitMs } = config.cutover;
  const [prove, skip, quieten] = wayBack === null ? [] : wayBackSteps({ ...wayBack, limitMs });
  const openingOf = (record: StepRecord) => ({ ...record, roles });
  const [close, open] = closedTargetSteps({ fence: targetFence, limitMs, recordOf: own, openingOf });
  return [
    ...given(prove),
    ...commandSteps(config, 'before-fence', hooks.beforeFence),
    ...(roles.length === 0 ? [] : [close]),
    fenceStep({ fence, limitMs, recordOf: own }),
    drainStep({ untilDrained: drain.untilDrained, limitMs }),
    sequenceStep({ raise: (signal) => raiseSequences(config, scope, signal), limitMs }),
    ...given(skip),
    lastLook(fence, drain, limitMs),
    ...lastOpens([roles.length === 0 ? arrivedStep(limitMs) : open, ...commandSteps(config, 'flip', hooks.flip)]),
    ...(wayBack === null ? [] : [loosenStep({ fence, limitMs, recordOf: own }), ...given(quieten)]),
  ];
}

/** The way back: the same machine with the roles of both sides exchanged. */
function backSteps(options: SwitchOptions): readonly Step[] {
  const { config, sourceFence, targetFence, drain, wayBack, lastFence, reopenStream } = options;
  const { hooks, writeBlockLimitMs: limitMs } = config.cutover;
  const endWayBack = async () => wayBack?.end();
  return [
    ...commandSteps(config, 'before-fence', hooks.beforeFence),
    fenceStep({ fence: targetFence, limitMs, recordOf: own }),
    drainStep({ untilDrained: drain.untilDrained, limitMs }),
    lastLook(targetFence, drain, limitMs),
    ...returnedSteps({ endWayBack, reopenStream, limitMs }),
    ...lastOpens([
      openSourceStep({ fence: sourceFence, fenced: lastFence, limitMs }),
      ...commandSteps(config, 'unflip', hooks.unflip),
    ]),
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

const COMMANDS = {
  'before-fence': { phase: 'prepare', title: 'Runs the hook while the application still writes.', key: 'beforeFence' },
  flip: { phase: 'beyond', title: 'Points the application to the new side.', key: 'flip' },
  unflip: { phase: 'beyond', title: 'Points the application to the old side again.', key: 'unflip' },
} as const;

/** None where the configuration has no such command. */
function commandSteps(config: Config, name: keyof typeof COMMANDS, line: Secret | null): readonly Step[] {
  if (line === null) return [];
  const { key, ...what } = COMMANDS[name];
  const { folder, cutover } = config;
  const rest = { line: line.reveal(), folder, secrets: secretsOf(config), limitMs: cutover.writeBlockLimitMs };
  return [commandStep({ ...what, name, key: `cutover.hooks.${key}`, ...rest })];
}

/** The source counts on while it is written to: only behind the fence do its numbers stand still. */
async function raiseSequences(config: Config, scope: Scope, signal: AbortSignal): Promise<number> {
  const tables = await withSource(config, signal, (source) => scopedTables(source, scope));
  const [failure] = await raiseAllSequences(config, { tables, scope });
  if (failure) throw failure;
  return tables.filter(({ nextAutoIncrement }) => nextAutoIncrement !== null).length;
}
