/** Work of a later step that is begun beside an earlier one: the later one waits only for what is left of it. */
export class Early<A> {
  readonly #work: (signal: AbortSignal) => Promise<A>;
  #begun: Promise<A> | null = null;

  constructor(work: (signal: AbortSignal) => Promise<A>) {
    this.#work = work;
  }

  /** What it fails with is told to whoever asks for the result. */
  begin(signal: AbortSignal): void {
    this.#begun = this.#work(signal);
    this.#begun.catch(() => {});
  }

  /** Of what was begun, once; else it is done now. */
  async result(signal: AbortSignal): Promise<A> {
    const begun = this.#begun ?? this.#work(signal);
    this.#begun = null;
    return await begun;
  }
}
