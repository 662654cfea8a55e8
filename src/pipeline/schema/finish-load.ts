import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import { STEP_KINDS, type Step } from '../../convert/step.ts';
import { connectPostgres, type PostgresSession, type PostgresSettings } from '../../postgres/connection.ts';
import { quoteTable } from '../../postgres/quote.ts';
import { inLanes } from '../lane.ts';
import { TargetPool } from '../target-pool.ts';
import { runStep, type StepResult } from './make-step.ts';
import { makeJournal, noteStep, tryStepLock } from './step-journal.ts';

export interface FinishLoadOptions {
  readonly target: PostgresSettings;
  readonly steps: readonly Step[];
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** How many are made at once; those of one table go one after the other. */
  readonly parallel?: number;
  /** After each step that stands. */
  readonly onStep?: (step: Step, result: StepResult) => void;
  /** After each step that failed for good. */
  readonly onFailure?: (step: Step, error: SluiceError) => void;
}

const RETRY_MS = 1_000;
/** A statement that waits for the sink's locks gives way to it and comes again. */
export const LOCK_TIMEOUT_MS = 5_000;
const PARALLEL = 4;

/**
 * Makes indexes and what else comes after the load beside the running sink, each again until it stands, one kind after
 * the other. A step that fails for good (a reference to columns that are not unique, orphans) is returned with its
 * reason; the others go on.
 */
export async function finishLoad(options: FinishLoadOptions): Promise<readonly SluiceError[]> {
  if (options.steps.length === 0) return [];
  const failures: SluiceError[] = [];
  const pool = new TargetPool({ ...options.target, lockTimeoutMs: LOCK_TIMEOUT_MS }, options.signal);
  const lock = new StepLock(options);
  try {
    const unlocked = await untilDone('the lock of schema steps', options, () => lock.take());
    if (unlocked) return [unlocked];
    for (const kind of STEP_KINDS) {
      const steps = options.steps.filter((step) => step.kind === kind);
      await inLanes(steps, { laneOf, width: options.parallel ?? PARALLEL }, async (step) => {
        const failure = options.signal.aborted ? null : await makeStep(step, pool, options);
        if (failure) failures.push(failure);
      });
    }
    return failures;
  } finally {
    await Promise.all([pool.close(), lock.release()]);
  }
}

/** Views stand on each other, so they are one lane. */
function laneOf({ kind, target }: Step): string {
  return kind === 'view' ? '' : quoteTable(target);
}

/**
 * The same for foreign keys and triggers, where they can rest while the sink writes (INV-50). Elsewhere they would act on
 * replicated rows, so they are left off and it is said.
 */
export async function finishKeys(options: FinishLoadOptions): Promise<readonly SluiceError[]> {
  if (options.steps.length === 0) return [];
  let isReplica = false;
  const pool = new TargetPool(options.target, options.signal);
  try {
    const look = () =>
      pool.use(async (session) => {
        isReplica = session.isReplica;
      });
    const failure = await untilDone('foreign keys', options, look);
    if (failure || options.signal.aborted) return failure ? [failure] : [];
  } finally {
    await pool.close();
  }
  return isReplica ? await finishLoad(options) : [keysLeftOff(options.steps.length)];
}

async function makeStep(step: Step, pool: TargetPool, options: FinishLoadOptions): Promise<SluiceError | null> {
  const { pipeline } = options.target;
  const failure = await untilDone(step.name, options, () =>
    pool.use(async (session) => {
      await noteStep(session, pipeline, step, { state: 'begun' });
      const result = await runStep(step, session);
      await noteStep(session, pipeline, step, { state: 'made' });
      if (result === 'made') options.logger.info({ name: step.name, table: step.target.table }, `${step.kind} stands`);
      options.onStep?.(step, result);
    }),
  );
  if (failure === null) return null;
  options.onFailure?.(step, failure);
  const note = () =>
    pool.use((session) => noteStep(session, pipeline, step, { state: 'failed', message: failure.message }));
  await untilDone(step.name, options, note);
  return failure;
}

/** Null also when stopped before: a stop waits for no long statement, the server undoes it, the next run does it again. */
export async function untilDone(
  name: string,
  { signal, logger }: Pick<FinishLoadOptions, 'signal' | 'logger'>,
  work: () => Promise<void>,
): Promise<SluiceError | null> {
  while (!signal.aborted) {
    try {
      await work();
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

/** The right to make steps on the target, held by a session of its own; it ends with the session, however that ends. */
class StepLock {
  readonly #options: FinishLoadOptions;
  #session: PostgresSession | null = null;

  constructor(options: FinishLoadOptions) {
    this.#options = options;
  }

  async take(): Promise<void> {
    await this.release();
    const session = await connectPostgres(this.#options.target);
    this.#session = session;
    await makeJournal(session);
    if (!(await tryStepLock(session))) throw stepsHeld();
  }

  async release(): Promise<void> {
    await this.#session?.close();
    this.#session = null;
  }
}

/** TARGET_STEPS_HELD: another process makes tables, indexes or keys on this target; it is waited for. */
function stepsHeld(): SluiceError {
  return new SluiceError({
    code: 'TARGET_STEPS_HELD',
    message: 'another process is making tables, indexes or keys on this target',
    remedy: 'Nothing to do: it is waited for. Its session is named sluice:PIPELINE in pg_stat_activity.',
    disposition: 'retry',
  });
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
