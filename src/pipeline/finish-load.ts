import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import { STEP_KINDS, type Step } from '../convert/step.ts';
import type { PostgresSession, PostgresSettings } from '../postgres/connection.ts';
import { quoteTable } from '../postgres/quote.ts';
import { inLanes } from './lane.ts';
import { runStep } from './run-step.ts';
import { withTarget } from './target-session.ts';

export interface FinishLoadOptions {
  readonly target: PostgresSettings;
  readonly steps: readonly Step[];
  /** How many are made at once; those of one table go one after the other. */
  readonly parallel?: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

const RETRY_MS = 1_000;
/** A statement that waits for the sink's locks gives way to it and comes again. */
const LOCK_TIMEOUT_MS = 5_000;

const PARALLEL = 4;

/**
 * Makes indexes and what else comes after the load beside the running sink, each again until it stands, one kind after
 * the other. A step that fails for good (a reference to columns that are not unique, orphans) is returned with its
 * reason; the others go on.
 */
export async function finishLoad(options: FinishLoadOptions): Promise<readonly SluiceError[]> {
  const failures: SluiceError[] = [];
  for (const kind of STEP_KINDS) {
    const steps = options.steps.filter((step) => step.kind === kind);
    await inLanes(steps, { laneOf, width: options.parallel ?? PARALLEL }, async (step) => {
      const failure = options.signal.aborted ? null : await makeStep(step, options);
      if (failure) failures.push(failure);
    });
  }
  return failures;
}

/** Views stand on each other, so they are one lane. */
function laneOf({ kind, target }: Step): string {
  return kind === 'view' ? '' : quoteTable(target);
}

/**
 * The same for foreign keys and triggers, where they can rest while the sink writes (INV-50). Elsewhere they would act on replicated
 * rows, so they are left off and it is said.
 */
export async function finishKeys(options: FinishLoadOptions): Promise<readonly SluiceError[]> {
  if (options.steps.length === 0) return [];
  let isReplica = false;
  const failure = await untilDone('foreign keys', options, async (session) => {
    isReplica = session.isReplica;
  });
  if (failure || options.signal.aborted) return failure ? [failure] : [];
  return isReplica ? await finishLoad(options) : [keysLeftOff(options.steps.length)];
}

async function makeStep(step: Step, options: FinishLoadOptions): Promise<SluiceError | null> {
  return await untilDone(step.name, options, async (session) => {
    const result = await runStep(step, session);
    if (result === 'made') options.logger.info({ name: step.name, table: step.target.table }, `${step.kind} stands`);
  });
}

/** Null also when stopped before: a stop waits for no long statement, the server undoes it, the next run does it again. */
export async function untilDone(
  name: string,
  { target, signal, logger }: Omit<FinishLoadOptions, 'steps'>,
  work: (session: PostgresSession) => Promise<void>,
): Promise<SluiceError | null> {
  while (!signal.aborted) {
    try {
      await withTarget({ ...target, lockTimeoutMs: LOCK_TIMEOUT_MS }, signal, work);
      return null;
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      if (error.disposition !== 'retry') return error;
      logger.debug({ step: name, code: error.code }, 'waiting to make an index or constraint');
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
  return null;
}

/** TARGET_KEYS_LEFT_OFF: the account may not set session_replication_role. */
function keysLeftOff(keys: number): SluiceError {
  return new SluiceError({
    code: 'TARGET_KEYS_LEFT_OFF',
    message: `${keys} foreign keys and triggers were not made: this account may not set session_replication_role, so they would act on replicated rows`,
    remedy:
      'GRANT SET ON PARAMETER session_replication_role TO the account of target.url, then start sluice run again.',
    disposition: 'stop',
  });
}
