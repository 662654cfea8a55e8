/** What an error of the server means for the traffic. */
import { SERVER_FACTS, type ServerKind } from '../server.ts';

/** `again`: the same transaction anew; `conflict`: another was first, go on; `error`: to be reported. */
export type FailureKind = 'again' | 'conflict' | 'error';

const DUPLICATE_KEY = 1062;
const NO_REFERENCED_ROW = 1452;
const ROW_IS_REFERENCED = 1451;
const SIGNALLED = 1644;
const CONFLICTS: ReadonlySet<number> = new Set([DUPLICATE_KEY, NO_REFERENCED_ROW, ROW_IS_REFERENCED, SIGNALLED]);

export function errnoOf(error: unknown): number | undefined {
  const errno = error instanceof Error ? (error as NodeJS.ErrnoException).errno : undefined;
  return typeof errno === 'number' ? errno : undefined;
}

export function failureKind(error: unknown, server: ServerKind): FailureKind {
  const errno = errnoOf(error);
  if (errno === undefined) return 'error';
  if (SERVER_FACTS[server].retryErrnos.has(errno)) return 'again';
  return CONFLICTS.has(errno) ? 'conflict' : 'error';
}

/** True when the connection cannot be used any more: the server ended it, or it never stood. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof Error && 'fatal' in error && error.fatal === true;
}
