import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import type { DroppedObject, ObjectKind } from '../existing/dropped-object.ts';
import { type JournalEntry, readJournal } from '../existing/journal.ts';
import { restoreObject } from '../existing/restore.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { LOCK_TIMEOUT_MS, untilDone } from './finish-load.ts';
import { withTarget } from './target-session.ts';

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
  const { config, logger } = options;
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
  const failures: (SluiceError | null)[] = [unread];
  const acting = entries.filter(({ object }) => object.actsIn.includes(isReplica ? 'replica' : 'origin'));
  for (const entry of entries) {
    if (acting.includes(entry) || options.signal.aborted) continue;
    const { kind, name, table } = entry.object;
    const failure = await untilDone(
      name,
      options,
      within(async (session) => {
        await restoreObject(session, entry, { pipeline: config.pipeline });
        logger.info({ name, table: table.table }, `${kind} stands again`);
      }),
    );
    failures.push(failure);
  }
  if (acting.length > 0)
    failures.push(
      leftOff(
        acting.map(({ object }) => object),
        config.pipeline,
        isReplica,
      ),
    );
  return failures.filter((failure) => failure !== null);
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
