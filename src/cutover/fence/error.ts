import { SluiceError } from '../../contract/error.ts';
import { SourceError } from '../../mysql/error.ts';

/** Codes of a fence, each with what a person does next. */
const REMEDIES = {
  /** A statement or a wait took longer than the fence's limit. */
  FENCE_TIMEOUT: 'look at the server named; the fence is lifted again by abort',
  /** The server could not be made read-only, because somebody holds a lock. */
  FENCE_BLOCKED: 'end the sessions named, or wait until they are done, and run it again',
  /** Sessions that were told to end are still there. */
  FENCE_SESSION_STAYS: 'a large transaction is rolled back, or another right is needed to end it; run it again',
  /** An XA transaction stands prepared: whoever knows its name could commit it after the fence. */
  FENCE_XA_PREPARED: 'let its coordinator decide it, or decide it by hand with one of the statements named',
  /** Something stands open after the fence was set. */
  FENCE_GAP: 'close what is named, or name it in the accounts to keep, and run it again',
  /** The record was made on another server: a failover happened in between. */
  FENCE_OTHER_SERVER: 'connect to the server that the record names, or plan the fence again on this one',
  /** A transaction of PostgreSQL stands prepared: whoever knows its name could commit it after the fence. */
  FENCE_PREPARED: 'let its coordinator decide it, or decide it by hand with one of the statements named',
  /** A hook of the operator's failed, or did not end in time. */
  FENCE_HOOK_FAILED: 'run the command by hand, look at its output, and run it again',
} as const;

export type FenceCode = keyof typeof REMEDIES;

/** A failure of a fence. All of them end the step, which abort then undoes: disposition `stop`. */
export function fenceError(code: FenceCode, message: string, cause?: unknown): SluiceError {
  const detail = { code, message, remedy: REMEDIES[code], disposition: 'stop' as const };
  return new SluiceError(cause === undefined ? detail : { ...detail, cause });
}

/** The server's error number; null where there is none. */
export function errnoOf(error: unknown): number | null {
  return error instanceof SourceError ? error.errno : null;
}
