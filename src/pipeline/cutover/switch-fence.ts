import { type Config, HEARTBEAT_DATABASE } from '../../config/config.ts';
import { sourceAdminLogin, sourceLogin, targetLogin } from '../../config/login.ts';
import type { Fence } from '../../cutover/fence/fence.ts';
import { HookFence } from '../../cutover/fence/hook-fence.ts';
import { MysqlFence } from '../../cutover/fence/mysql-fence.ts';
import { RoleFence } from '../../cutover/fence/postgres-fence.ts';
import type { StepRecord } from '../../cutover/step.ts';

/** A fence whose record is whatever the journal holds of it: it made that record itself. */
export type AnyFence = Fence<StepRecord>;

/** Passwords that no command of the operator's may be shown with. */
export function secretsOf({ source, target }: Config): readonly string[] {
  return [source.url, source.adminUrl, target.url].flatMap((url) => url?.password.reveal() ?? []);
}

/** Blocks writes on the source, as the configuration says. */
export function sourceFence(config: Config): AnyFence {
  const { source, cutover, folder } = config;
  const limitMs = cutover.writeBlockLimitMs;
  const tryAs = [{ name: 'sluice', login: sourceLogin(source) }];
  const { fence: set, unfence: lift, isFenced } = cutover.hooks;
  if (cutover.fence === 'hook' && set !== null && lift !== null) {
    // It lets our own account pass: its proof is what the third command says.
    const isSet = isFenced === null ? {} : { isSet: isFenced.reveal() };
    const commands = { set: set.reveal(), lift: lift.reveal(), ...isSet, folder, secrets: secretsOf(config) };
    return anyFence(new HookFence({ ...commands, tryAs: [], database: HEARTBEAT_DATABASE, limitMs }));
  }
  const ours = [source.url.user, ...(source.adminUrl === null ? [] : [source.adminUrl.user])];
  const way = cutover.fence === 'accounts' ? 'accounts' : 'read-only';
  const login = sourceAdminLogin(source);
  const { pipeline } = config;
  return anyFence(
    new MysqlFence({
      pipeline,
      login,
      way,
      ours,
      keep: cutover.keepAccounts,
      tryAs,
      database: HEARTBEAT_DATABASE,
      limitMs,
    }),
  );
}

/** Keeps the application's roles out of the target. */
export function targetFence(config: Config): AnyFence {
  const { targetRoles: roles, writeBlockLimitMs: limitMs } = config.cutover;
  return anyFence(new RoleFence({ login: targetLogin(config), roles, tryAs: [], limitMs }));
}

function anyFence<R extends StepRecord>(fence: Fence<R>): AnyFence {
  const own = (record: StepRecord) => record as R;
  return {
    way: fence.way,
    describe: (record) => fence.describe(own(record)),
    check: () => fence.check(),
    stillRuns: () => fence.stillRuns(),
    plan: () => fence.plan(),
    ready: (record) => fence.ready(own(record)),
    set: (record) => fence.set(own(record)),
    isSet: (record, level) => fence.isSet(own(record), level),
    proveHolds: (record, level) => fence.proveHolds(own(record), level),
    loosen: (record) => fence.loosen(own(record)),
    lift: (record) => fence.lift(own(record)),
    admit: (record, work) => fence.admit(own(record), work),
  };
}
