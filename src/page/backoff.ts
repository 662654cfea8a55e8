const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;

/** Between tries of what was refused: twice as long each time, with up to a quarter more so that pages do not come back in step. */
export class Backoff {
  #tries = 0;

  nextMs(): number {
    const baseMs = Math.min(FIRST_MS * 2 ** this.#tries, LONGEST_MS);
    this.#tries += 1;
    return baseMs * (1 + Math.random() / 4);
  }

  /** It was let in. */
  reset(): void {
    this.#tries = 0;
  }
}
