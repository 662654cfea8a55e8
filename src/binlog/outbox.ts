import type { Change } from '../contract/change.ts';
import { stop } from './error.ts';

/**
 * Changes on their way out. An open transaction is held back until it is whole or larger than `holdBytes`, so that what
 * it rolled back (some servers log that) can be taken out of it; from there on it flows, and memory stays flat.
 */
export class Outbox {
  readonly #holdBytes: number;
  #changes: Change[] = [];
  /** Bytes of row images in `#changes`. */
  #bytes = 0;
  /** Index of the open transaction's Begin in `#changes`; -1 between transactions. */
  #openAt = -1;
  #openBytes = 0;
  #isFlowing = false;
  readonly #savepoints = new Map<string, number>();

  constructor(holdBytes: number) {
    this.#holdBytes = holdBytes;
  }

  readonly push = (change: Change): void => {
    this.#changes.push(change);
  };

  /** Counts bytes of rows that were pushed. */
  count(bytes: number): void {
    this.#bytes += bytes;
    this.#openBytes += bytes;
    if (this.#openBytes > this.#holdBytes) this.#isFlowing = true;
  }

  begin(change: Change): void {
    this.#openAt = this.#changes.length;
    this.push(change);
  }

  end(change: Change): void {
    this.push(change);
    this.#openAt = -1;
    this.#openBytes = 0;
    this.#isFlowing = false;
    this.#savepoints.clear();
  }

  savepoint(name: string): void {
    this.#savepoints.set(name, this.#changes.length);
  }

  /** Takes the open transaction out again, its Begin included: its end is missing in the binlog. */
  abandon(): void {
    if (this.#openAt < 0) return;
    if (this.#isFlowing) throw broken();
    this.#changes.length = this.#openAt;
    this.#bytes -= this.#openBytes;
    this.#openAt = -1;
    this.#openBytes = 0;
    this.#savepoints.clear();
  }

  /** Takes out what came after a savepoint, or all rows of the open transaction. */
  rollback(savepoint?: string): void {
    const keep = savepoint === undefined ? this.#openAt + 1 : this.#savepoints.get(savepoint);
    if (this.#isFlowing) throw rolledBack();
    if (this.#openAt >= 0 && keep !== undefined) this.#changes.length = keep;
  }

  /** Bytes that `take` would hand out now. */
  get readyBytes(): number {
    return this.#openAt < 0 || this.#isFlowing ? this.#bytes : this.#bytes - this.#openBytes;
  }

  /** What may go out now, in order. */
  take(): readonly Change[] {
    if (this.#openAt < 0 || this.#isFlowing) {
      const all = this.#changes;
      this.#changes = [];
      this.#bytes = 0;
      if (this.#isFlowing) this.#openAt = 0;
      return all;
    }
    if (this.#openAt === 0) return [];
    const ready = this.#changes.slice(0, this.#openAt);
    this.#changes = this.#changes.slice(this.#openAt);
    for (const [name, at] of this.#savepoints) this.#savepoints.set(name, at - this.#openAt);
    this.#bytes = this.#openBytes;
    this.#openAt = 0;
    return ready;
  }
}

function broken(): Error {
  return stop(
    'SOURCE_TRANSACTION_BROKEN',
    'The binlog breaks off inside a large transaction: the source crashed while it wrote.',
    'Run `sluice run --resync`.',
  );
}

function rolledBack(): Error {
  return stop(
    'SOURCE_ROLLBACK_LOGGED',
    'The binlog holds a large transaction that was rolled back, because it also changed a non-transactional table.',
    'Change tables of engines without transactions to InnoDB (`sluice check` lists them), then `sluice run --resync`.',
  );
}
