/** The word of a person that something was done by hand. It holds for what is open when it is given, and for nothing later. */
export class Word {
  readonly #onChange: () => void;
  #open: PromiseWithResolvers<string> | null = null;
  #by: string | null = null;

  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  /** Somebody waits for it. */
  get isAwaited(): boolean {
    return this.#open !== null && this.#by === null;
  }

  /** False where nothing waits for it. */
  give(by: string): boolean {
    if (this.#open === null) return false;
    this.#by = by;
    this.#open.resolve(by);
    this.#onChange();
    return true;
  }

  /** Who gave it; null: nobody yet. */
  get by(): string | null {
    return this.#by;
  }

  /** From here until `close` it can be given; answers who gave it, and fails with the signal. */
  async given(signal?: AbortSignal): Promise<string> {
    this.#open ??= Promise.withResolvers<string>();
    this.#onChange();
    const ended = Promise.withResolvers<never>();
    const onAbort = () => ended.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      return await Promise.race([this.#open.promise, ended.promise]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  close(): void {
    this.#open = null;
    this.#by = null;
    this.#onChange();
  }
}
