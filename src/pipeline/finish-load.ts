import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import { connectPostgres, type PostgresSettings } from '../postgres/connection.ts';
import { type AfterLoadStep, runAfterLoadStep } from './target-schema.ts';

export interface FinishLoadOptions {
  readonly target: PostgresSettings;
  readonly steps: readonly AfterLoadStep[];
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

const RETRY_MS = 1_000;
/** A statement that waits for the sink's locks gives way to it and comes again. */
const LOCK_TIMEOUT_MS = 5_000;

/**
 * Makes indexes and foreign keys beside the running sink, each again until it stands. A step that fails for good (a
 * reference to columns that are not unique, orphans) is returned with its reason; the others go on.
 */
export async function finishLoad(options: FinishLoadOptions): Promise<readonly SluiceError[]> {
  const failures: SluiceError[] = [];
  for (const step of options.steps) {
    if (options.signal.aborted) break;
    const failure = await untilDone(step, options);
    if (failure) failures.push(failure);
  }
  return failures;
}

async function untilDone(step: AfterLoadStep, options: FinishLoadOptions): Promise<SluiceError | null> {
  while (!options.signal.aborted) {
    try {
      await once(step, options);
      return null;
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      if (error.disposition !== 'retry') return error;
      options.logger.debug({ step: step.name, code: error.code }, 'waiting to make an index or constraint');
      await sleep(RETRY_MS, undefined, { signal: options.signal }).catch(() => {});
    }
  }
  return null;
}

async function once(step: AfterLoadStep, options: FinishLoadOptions): Promise<void> {
  const session = await connectPostgres({ ...options.target, lockTimeoutMs: LOCK_TIMEOUT_MS });
  try {
    await runAfterLoadStep(step, session);
    options.logger.info({ name: step.name, table: step.target.table }, `${step.kind} stands`);
  } finally {
    await session.close();
  }
}
