import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import type { PostgresSettings } from '../postgres/connection.ts';
import { type AfterLoadStep, runAfterLoadStep } from './target-schema.ts';
import { withTarget } from './target-session.ts';

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

/** A stop does not wait for a long statement: the server undoes it, and the next run makes it again. */
async function once(step: AfterLoadStep, { target, signal, logger }: FinishLoadOptions): Promise<void> {
  await withTarget({ ...target, lockTimeoutMs: LOCK_TIMEOUT_MS }, signal, (session) => runAfterLoadStep(step, session));
  logger.info({ name: step.name, table: step.target.table }, `${step.kind} stands`);
}
