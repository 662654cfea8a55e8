import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import type { Secret } from '../config/secret.ts';
import type { Fence } from '../cutover/fence/fence.ts';
import { RoleFence } from '../cutover/fence/postgres-fence.ts';
import type { RoleFenceRecord } from '../cutover/fence/postgres-record.ts';
import type { Step, StepRecord } from '../cutover/step.ts';
import { arrivedStep, commandStep } from '../cutover/steps/command.ts';
import { drainStep, lastLookStep } from '../cutover/steps/drain.ts';
import { closedTargetSteps, fenceStep } from '../cutover/steps/fence.ts';
import { sequenceStep } from '../cutover/steps/sequence.ts';
import { type DrainOptions, isStillDrained, untilDrained } from './drain.ts';
import type { Scope } from './scope.ts';
import { raiseAllSequences } from './sequence.ts';
import { withSource } from './source-session.ts';
import { scopedTables } from './target-schema.ts';

export interface ForwardOptions<R extends StepRecord> {
  readonly config: Config;
  readonly scope: Scope;
  readonly fence: Fence<R>;
  readonly drain: DrainOptions;
}

/** The way to PostgreSQL, in its order (protocols 6). */
export function forwardSteps<R extends StepRecord>(options: ForwardOptions<R>): readonly Step[] {
  const { config, scope, fence, drain } = options;
  const { hooks, writeBlockLimitMs: limitMs } = config.cutover;
  const [close, open] = targetSteps(config);
  const flip = commandSteps(config, FLIP, hooks.flip);
  return [
    ...commandSteps(config, BEFORE_FENCE, hooks.beforeFence),
    ...close,
    fenceStep({ fence, limitMs, recordOf: (record) => record as R }),
    drainStep({ untilDrained: (signal) => untilDrained(drain, signal), limitMs }),
    sequenceStep({ raise: (signal) => raiseSequences(config, scope, signal), limitMs }),
    lastLookStep({
      gaps: async (record) => (await fence.isSet(record as R)).gaps,
      isStillDrained: (end) => isStillDrained(drain, end),
      limitMs,
    }),
    // The last of them ends the write block.
    ...[...open, ...flip].map((step, at, all): Step => (at === all.length - 1 ? { ...step, opens: 'run' } : step)),
  ];
}

const BEFORE_FENCE = {
  name: 'before-fence',
  phase: 'prepare',
  key: 'cutover.hooks.beforeFence',
  title: 'Runs the hook while the application still writes.',
} as const;
const FLIP = {
  name: 'flip',
  phase: 'beyond',
  key: 'cutover.hooks.flip',
  title: 'Points the application to the new side.',
} as const;

/** None where the configuration has no such command. */
function commandSteps(config: Config, what: typeof BEFORE_FENCE | typeof FLIP, line: Secret | null): readonly Step[] {
  if (line === null) return [];
  const secrets = [config.source.url, config.source.adminUrl, config.target.url].flatMap(
    (url) => url?.password.reveal() ?? [],
  );
  const { folder, cutover } = config;
  return [commandStep({ ...what, line: line.reveal(), folder, secrets, limitMs: cutover.writeBlockLimitMs })];
}

/** Nobody is kept out where no role of the application is named. */
function targetSteps(config: Config): readonly [readonly Step[], readonly Step[]] {
  const { targetRoles: roles, writeBlockLimitMs: limitMs } = config.cutover;
  if (roles.length === 0) return [[], [arrivedStep(limitMs)]];
  const fence = new RoleFence({ login: targetLogin(config), roles, tryAs: [], limitMs });
  const recordOf = (record: StepRecord) => record as RoleFenceRecord;
  const [close, open] = closedTargetSteps({ fence, limitMs, recordOf, openingOf: (record) => ({ ...record, roles }) });
  return [[close], [open]];
}

/** The source counts on while it is written to: only behind the fence do its numbers stand still. */
async function raiseSequences(config: Config, scope: Scope, signal: AbortSignal): Promise<number> {
  const tables = await withSource(config, signal, (source) => scopedTables(source, scope));
  const [failure] = await raiseAllSequences(config, { tables, scope });
  if (failure) throw failure;
  return tables.filter(({ nextAutoIncrement }) => nextAutoIncrement !== null).length;
}
