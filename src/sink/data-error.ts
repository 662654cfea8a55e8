import { ValueError } from '../contract/error.ts';
import { TargetError } from '../postgres/sqlstate.ts';

/** An error that a single change can be at fault for: worth looking for it and setting it aside. */
export function isDataError(error: unknown): error is ValueError | TargetError {
  return error instanceof ValueError || (error instanceof TargetError && error.isDataError);
}

/** Stable reason of a quarantined change. */
export function reasonOf(error: ValueError | TargetError): string {
  return error instanceof ValueError ? error.reason : `sqlstate-${error.sqlstate}`;
}
