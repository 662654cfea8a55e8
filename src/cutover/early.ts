/** Work of a later step that is begun beside an earlier one: the later one waits only for what is left of it. */
export class Early<A> {
  readonly #work: (signal: AbortSignal) => Promise<A>;
  #begun: { readonly work: Promise<A>; readonly end: AbortController } | null = null;

  constructor(work: (signal: AbortSignal) => Promise<A>) {
    this.#work = work;
  }

  /** What it fails with is told to whoever asks for the result. */
  begin(signal: AbortSignal): void {
    const end = new AbortController();
    const work = this.#work(AbortSignal.any([signal, end.signal]));
    work.catch(() => {});
    this.#begun = { work, end };
  }

  /** Of what was begun, once; else it is done now. The signal ends it either way: the step beside which it began is over. */
  async result(signal: AbortSignal): Promise<A> {
    const begun = this.#begun;
    this.#begun = null;
    if (begun === null) return await this.#work(signal);
    const cut = () => begun.end.abort(signal.reason);
    if (signal.aborted) cut();
    signal.addEventListener('abort', cut, { once: true });
    try {
      return await begun.work;
    } finally {
      signal.removeEventListener('abort', cut);
    }
  }
}
