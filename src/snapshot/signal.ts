/** One waiter is woken by any number of raises; a raise while nobody waits is kept. */
export class Signal {
  #isRaised = false;
  #wake: (() => void) | null = null;

  raise(): void {
    this.#isRaised = true;
    this.#wake?.();
  }

  /** Resolves at the next raise, or at once after one that nobody waited for. */
  async wait(): Promise<void> {
    if (!this.#isRaised) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = null;
    this.#isRaised = false;
  }
}
