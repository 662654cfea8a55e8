import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import { EventBook } from '../../evidence/event.ts';
import { writeEvidence } from '../../evidence/store.ts';
import { withTarget } from '../target-session.ts';
import type { RecordOnce } from './option.ts';

const PATIENCE_MS = 5_000;

/**
 * Keeps one event of a command that does its work without a running pipeline. False: the target is away, or nothing was
 * ever made there; the command's own work stands all the same.
 */
export const recordOnce: RecordOnce = async (config, event) => {
  const book = new EventBook();
  book.note(event);
  const login = { ...targetLogin(config), connectTimeoutMs: PATIENCE_MS };
  try {
    return await withTarget(login, AbortSignal.timeout(PATIENCE_MS), (session) =>
      writeEvidence(session, config.pipeline, { events: book.waiting }),
    );
  } catch (error) {
    if (error instanceof SluiceError) return false;
    throw error;
  }
};
