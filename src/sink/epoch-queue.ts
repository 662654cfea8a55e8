import type { DecodedEpoch, EpochSource } from '../contract/epoch.ts';

/** Looks one epoch ahead without waiting, so that epochs that are there already share a transaction. */
export class EpochQueue implements EpochSource {
  readonly #iterator: AsyncIterator<DecodedEpoch>;
  readonly #signal: AbortSignal;
  #next: Promise<DecodedEpoch | null> | null = null;
  #isSettled = false;

  constructor(epochs: AsyncIterable<DecodedEpoch>, signal: AbortSignal) {
    this.#iterator = epochs[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** The next epoch; null at the end of the log or when the signal was given. */
  async take(): Promise<DecodedEpoch | null> {
    if (this.#signal.aborted) return null;
    const epoch = await this.#unlessAborted(this.#ask());
    if (epoch !== null) this.#next = null;
    return epoch;
  }

  /** The next epoch if it is there now: no timer, so that an idle stream's epoch is committed at once. */
  async takeIfReady(): Promise<DecodedEpoch | null> {
    if (this.#signal.aborted) return null;
    const next = this.#ask();
    await new Promise((resolve) => setImmediate(resolve));
    return this.#isSettled ? await this.#give(next) : null;
  }

  async close(): Promise<void> {
    this.#next?.catch(() => {});
    await this.#iterator.return?.();
  }

  /** With a promise of its own: one that outlives the races that it lost would keep what won them, every epoch of a run (INV-257). */
  async #unlessAborted(next: Promise<DecodedEpoch | null>): Promise<DecodedEpoch | null> {
    const { promise: aborted, resolve } = Promise.withResolvers<null>();
    const abort = () => resolve(null);
    this.#signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([next, aborted]);
    } finally {
      this.#signal.removeEventListener('abort', abort);
    }
  }

  async #give(next: Promise<DecodedEpoch | null>): Promise<DecodedEpoch | null> {
    const epoch = await next;
    if (epoch !== null) this.#next = null;
    return epoch;
  }

  #ask(): Promise<DecodedEpoch | null> {
    if (this.#next !== null) return this.#next;
    this.#isSettled = false;
    const settle = () => {
      this.#isSettled = true;
    };
    const next = this.#iterator.next().then((result) => (result.done ? null : result.value));
    next.then(settle, settle);
    this.#next = next;
    return next;
  }
}
