/** This folder keeps a copy of the journal at the source, and tells from it what is certain when the target is lost. */
import type { Attempt } from '../journal.ts';

/** An attempt as the source has it. */
export interface Copied {
  readonly attempt: Attempt;
  /** From here on nobody but the target knows whether its point of no return was passed. */
  readonly mayBeCommitted: boolean;
  /** Somebody has put the source back by this copy: the attempt can never be committed any more. */
  readonly isClaimed: boolean;
  /** Identity of the server on which it was written: a copy of that server proves nothing. */
  readonly server: string;
  readonly copiedAtMs: number;
}

/**
 * Whether writes on the source are refused by this attempt, as far as the journal tells: from the moment at which the
 * fence is asked for until it is lifted. After a cutover that stays, until a rollback has opened the source.
 */
export function closesSource({ direction, outcome, steps }: Attempt): boolean {
  const stateOf = (step: string) => steps.find(({ name }) => name === step)?.state ?? 'waiting';
  if (direction === 'back') return outcome !== 'committed' || stateOf('open-source') !== 'done';
  const fence = steps.find(({ name, phase }) => name === 'fence' && phase === 'blocked')?.state ?? 'waiting';
  return fence !== 'waiting' && fence !== 'undone';
}

/** Between them a transaction in the source's binlog would look like a write in spite of the fence. */
export function isInBlock({ direction, outcome, blockedAtMs, openedAtMs }: Attempt): boolean {
  return direction === 'forward' && outcome === 'running' && blockedAtMs !== null && openedAtMs === null;
}
