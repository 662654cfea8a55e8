import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import type { DroppedObject, ObjectKind } from '../../existing/dropped-object.ts';
import { type JournalEntry, readJournal } from '../../existing/journal.ts';
import { restoreObject } from '../../existing/restore.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { withTarget } from '../target-session.ts';
import { LOCK_TIMEOUT_MS, untilDone } from './finish-load.ts';

export interface RestoreDroppedOptions {
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** Indexes first: the orphan sweep and foreign keys need them. */
export const INDEX_KINDS: readonly ObjectKind[] = ['index', 'unique'];
export const OTHER_KINDS: readonly ObjectKind[] = ['check', 'foreign-key', 'trigger'];

/**
 * Restores what was dropped for the load, whatever the configuration says by now, beside the running sink. What fails
 * for good is returned with its reason, and comes again in the next run. So does what would act on replicated rows
 * (INV-50): it is left off and said.
 */
export async function restoreDropped(
  kinds: readonly ObjectKind[],
  options: RestoreDroppedOptions,
): Promise<readonly SluiceError[]> {
  const { config } = options;
  const target = { ...targetLogin(config), lockTimeoutMs: LOCK_TIMEOUT_MS };
  const within = (work: (session: PostgresSession) => Promise<void>) => () => withTarget(target, options.signal, work);
  let entries: readonly JournalEntry[] = [];
  let isReplica = false;
  const unread = await untilDone(
    'the journal',
    options,
    within(async (session) => {
      isReplica = session.isReplica;
      entries = await readJournal(session, config.pipeline, kinds);
    }),
  );
  const acting = entries.filter(({ object }) => object.actsIn.includes(isReplica ? 'replica' : 'origin'));
  const pending = entries.filter((entry) => !acting.includes(entry));
  const failures: SluiceError[] = [];
  const ended = await untilDone(
    'what was dropped',
    options,
    within(async (session) => {
      for (let [entry] = pending; entry !== undefined && !options.signal.aborted; [entry] = pending) {
        const failure = await restoreOne(session, entry, options);
        if (failure !== null) failures.push(failure);
        pending.shift();
      }
    }),
  );
  if (acting.length > 0)
    failures.push(
      leftOff(
        acting.map(({ object }) => object),
        config.pipeline,
        isReplica,
      ),
    );
  return [unread, ended, ...failures].filter((failure) => failure !== null);
}

/** null when it stands again; what is worth another try is thrown, and begins with it. */
async function restoreOne(
  session: PostgresSession,
  entry: JournalEntry,
  { config, logger }: RestoreDroppedOptions,
): Promise<SluiceError | null> {
  const { kind, name, table } = entry.object;
  try {
    await restoreObject(session, entry, { pipeline: config.pipeline });
    logger.info({ name, table: table.table }, `${kind} stands again`);
    return null;
  } catch (error) {
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    return error;
  }
}

/** TARGET_OBJECTS_LEFT_OFF: they would act on what the sink writes. */
function leftOff(objects: readonly DroppedObject[], pipeline: string, isReplica: boolean): SluiceError {
  const names = objects.map(({ kind, name, table }) => `${kind} ${name} of ${table.schema}.${table.table}`);
  const byHand = `after the cutover run what this prints: SELECT statement FROM sluice.dropped_object WHERE pipeline = '${pipeline}' AND restored_at IS NULL ORDER BY id DESC`;
  return new SluiceError({
    code: 'TARGET_OBJECTS_LEFT_OFF',
    message: `left off, because they would act on replicated rows: ${names.join(', ')}`,
    remedy: isReplica
      ? `They fire in every session: ${byHand}.`
      : `GRANT SET ON PARAMETER session_replication_role TO the account of target.url and start sluice run again, or ${byHand}.`,
    disposition: 'stop',
  });
}
