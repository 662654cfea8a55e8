import type { EpochFooter, EpochHeader } from '../contract/change-log.ts';
import type { Position } from '../contract/position.ts';
import { logError } from './log-error.ts';

const isSame = (a: Position | null, b: Position | null): boolean =>
  a === b || (a !== null && b !== null && a.server === b.server && a.text === b.text);

/** An epoch starts where the one before it ended, or it is refused before a byte of it is written (INV-4). */
export function assertFollows(last: Pick<EpochHeader, 'number' | 'reached'> | null, footer: EpochFooter): void {
  if (isSame(footer.start, last?.reached ?? null)) return;
  throw logError(
    'LOG_EPOCH_GAP',
    `epoch ${(last?.number ?? 0) + 1} starts at ${footer.start?.text ?? 'nothing'}, the log ends at ${last?.reached.text ?? 'nothing'}`,
  );
}
