import { setImmediate as nextTurn } from 'node:timers/promises';

interface Waiting<J, R> {
  readonly job: J;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Jobs that come while others are at work are done together, in one go. What fails a go fails all of its jobs. */
export class Grouped<J, R> {
  readonly #work: (jobs: readonly J[]) => Promise<readonly R[]>;
  #waiting: Waiting<J, R>[] = [];
  #isAtWork = false;

  /** `work` gives one result a job, in their order. */
  constructor(work: (jobs: readonly J[]) => Promise<readonly R[]>) {
    this.#work = work;
  }

  async add(job: J): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#waiting.push({ job, resolve, reject });
    if (!this.#isAtWork) void this.#run();
    return await promise;
  }

  async #run(): Promise<void> {
    this.#isAtWork = true;
    // Whoever comes in the same moment is done in the same go.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const going = this.#waiting;
      this.#waiting = [];
      try {
        const results = await this.#work(going.map(({ job }) => job));
        for (const [at, result] of results.entries()) going[at]?.resolve(result);
      } catch (error) {
        for (const { reject } of going) reject(error);
      }
    }
    this.#isAtWork = false;
  }
}
