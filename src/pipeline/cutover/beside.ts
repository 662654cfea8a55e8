import type { Config } from '../../config/config.ts';
import { type CopiedStatus, type CutoverStatus, NO_CUTOVER } from '../../contract/cutover.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import { attemptStatus } from '../../cutover/attempt-status.ts';
import { refuseEnded } from '../evidence/file.ts';
import { withJournal } from '../evidence/journal-reader.ts';
import { openByCopy, readCopy } from './copy.ts';

/** What can be told of the switch where no pipeline runs. */
export interface BesideCutover {
  /**
   * From the journal on the target, or, while that is out of reach, from its copy at the source. Changes nothing.
   * PIPELINE_ENDED where `complete` has ended it.
   */
  look(config: Config): Promise<CutoverStatus>;
  /** Opens the source by the copy, where that is certain, while the target is out of reach; null: it is there. */
  open(config: Config, by: string, logger: Logger): Promise<CopiedStatus | null>;
}

export const CUTOVER_BESIDE: BesideCutover = {
  look: async (config) => {
    const attempt = await lastAttempt(config);
    // The journal goes with an ending, and what runs no more is not to be started again.
    if (attempt === null) await refuseEnded(config);
    if (!(attempt instanceof SluiceError)) return { ...NO_CUTOVER, attempt };
    const copied = await readCopy(config);
    return { ...NO_CUTOVER, attempt: copied.attempt, copied };
  },
  open: async (config, by, logger) => {
    const attempt = await lastAttempt(config);
    if (attempt instanceof SluiceError) return await openByCopy(config, by, logger);
    if (attempt === null) await refuseEnded(config);
    return null;
  },
};

/** The error where the target cannot be asked now. */
async function lastAttempt(config: Config): Promise<CutoverStatus['attempt'] | SluiceError> {
  try {
    const last = await withJournal(config, (journal) => journal.last());
    return last === null ? null : attemptStatus(last, Date.now());
  } catch (error) {
    if (error instanceof SluiceError && error.disposition === 'retry') return error;
    throw error;
  }
}
