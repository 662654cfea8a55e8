import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../../contract/change.ts';
import type { Position } from '../../contract/position.ts';
import { PostgresqlPosition } from '../../position/postgresql.ts';
import { Follower } from '../../verify/follower.ts';

const POLL_MS = 20;
/** What is kept on this way says nothing of the log of the way there, and the other way round. */
export const BACK = { logId: 'back', epoch: 0, next: 0 } as const;

/**
 * Follows the way back as a Follower follows the way there, with the roles of both sides exchanged. A key counts as
 * changed from the moment at which it is read out of the target's log, before it is at the source: so the source is read
 * once it has all that was read when the window opened, and the keys of a window are complete once everything that the
 * target's read can have seen was read (INV-205). A commit that the log tells before the target shows it looks unequal
 * once; a difference is told only when it was there twice (INV-123).
 */
export class ReverseFollower extends Follower {
  #readLsn = -1n;
  #appliedLsn = -1n;

  /** As it comes out of the target's log. */
  read(batch: readonly Change[]): void {
    for (const change of batch) {
      if (change.tag === 'begin') this.begun();
      this.met([change]);
      if (change.tag === 'commit' || change.tag === 'idle') this.#reached(change.position);
    }
  }

  /** The source has everything up to here. */
  applied(position: Position): void {
    this.#appliedLsn = lsnOf(position);
  }

  /** The source has all that was read so far. */
  async untilLevel(signal: AbortSignal): Promise<void> {
    const lsn = this.#readLsn;
    await until(() => this.#appliedLsn >= lsn, signal);
  }

  /** Everything that the target committed before this LSN was read. */
  async untilRead(lsn: string, signal: AbortSignal): Promise<void> {
    const wanted = PostgresqlPosition.parse(lsn).lsn;
    await until(() => this.#readLsn >= wanted, signal);
  }

  /** What the target has is at no coordinate of the source: `untilRead` is what is waited for. */
  override async untilReached(): Promise<void> {}

  #reached(position: Position): void {
    const lsn = lsnOf(position);
    if (lsn > this.#readLsn) this.#readLsn = lsn;
    this.stands({ ...BACK, position });
  }
}

function lsnOf({ text }: Position): bigint {
  return PostgresqlPosition.parse(text).lsn;
}

async function until(isThere: () => boolean, signal: AbortSignal): Promise<void> {
  while (!isThere()) {
    signal.throwIfAborted();
    await sleep(POLL_MS, undefined, { signal });
  }
}
