import type { Change } from './change.ts';
import type { EpochHeader } from './change-log.ts';

/** An epoch of the log with its records decoded: what a sink applies whole, in order, once. */
export interface DecodedEpoch {
  readonly header: EpochHeader;
  readonly logId: string;
  /** In source order. May be called again to read anew: a sink does after a transaction that it rolled back. */
  changes(): AsyncIterable<readonly Change[]>;
}

/** The log's epochs in order; null: they have ended. */
export interface EpochSource {
  take(): Promise<DecodedEpoch | null>;
  /** null also where the next one is not there yet. */
  takeIfReady(): Promise<DecodedEpoch | null>;
}

/** What a transaction asks for its epochs; null ends it, and it ends once it is full. */
export type NextEpoch = (isFull: boolean) => Promise<DecodedEpoch | null>;

export interface TransactionWork {
  /** Writes what `next` gives, with its checkpoint, and commits. Careful: finds the change at fault and sets it aside. */
  attempt(next: NextEpoch, isCareful: boolean): Promise<void>;
  rollBack(): Promise<void>;
}

/**
 * One transaction of a sink after the other, each of the first epoch and those that are there already: a server that is
 * behind has as many commits to wait for as it has transactions, not as the other side had (INV-51, INV-145). After an
 * error that one change can be at fault for the same epochs are taken again with care, and so are some transactions.
 */
export class EpochTransactions {
  readonly #isRowsFault: (error: unknown) => boolean;
  readonly #carefulAfter: number;
  #carefulLeft = 0;

  constructor(isRowsFault: (error: unknown) => boolean, carefulAfter: number) {
    this.#isRowsFault = isRowsFault;
    this.#carefulAfter = carefulAfter;
  }

  async run(first: DecodedEpoch, epochs: EpochSource, { attempt, rollBack }: TransactionWork): Promise<void> {
    const taken: DecodedEpoch[] = [];
    const take: NextEpoch = async (isFull) => {
      const epoch = taken.length === 0 ? first : isFull ? null : await epochs.takeIfReady();
      if (epoch !== null) taken.push(epoch);
      return epoch;
    };
    const isCareful = this.#carefulLeft > 0;
    if (isCareful) this.#carefulLeft -= 1;
    try {
      await attempt(take, isCareful);
    } catch (error) {
      if (isCareful || !this.#isRowsFault(error)) throw error;
      this.#carefulLeft = this.#carefulAfter;
      await rollBack();
      const again = taken.values();
      await attempt(async () => again.next().value ?? null, true);
    }
  }
}
