import type { Signal } from './signal.ts';

type Outcome<T> = { readonly result: IteratorResult<T> } | { readonly error: unknown };

/** The next item of an iterator, asked for early: its arrival raises a signal, so that a loop can wait for several things. */
export class Upcoming<T> {
  readonly #iterator: AsyncIterator<T>;
  readonly #signal: Signal;
  #isAsked = false;
  #outcome: Outcome<T> | null = null;

  constructor(iterable: AsyncIterable<T>, signal: Signal) {
    this.#iterator = iterable[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** Asks for the next item unless that is under way. */
  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const arrive = (outcome: Outcome<T>) => {
      this.#outcome = outcome;
      this.#signal.raise();
    };
    this.#iterator.next().then(
      (result) => arrive({ result }),
      (error: unknown) => arrive({ error }),
    );
  }

  /** The item, if it came; throws what the iterator threw. */
  take(): IteratorResult<T> | null {
    const outcome = this.#outcome;
    if (outcome === null) return null;
    this.#outcome = null;
    this.#isAsked = false;
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
