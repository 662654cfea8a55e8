import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import type { Sides } from './side.ts';
import type { WorkerPool } from './worker-pool.ts';

/** `isStale`: another round has begun since, and has all of the table before it. */
export type Job = (sides: Sides, isStale: () => boolean) => Promise<void>;

export interface RoundQueueOptions {
  /** Puts work into the common queue, which never fails by itself. */
  readonly add: (job: (pool: WorkerPool) => Promise<void>) => void;
  /** The first work of each round, which adds the rest. */
  readonly begin: Job;
  /** It is given up; what is under way is passed over. */
  readonly onGivenUp: (state: 'busy' | 'failed', advice: string) => void;
  /** Nothing is left to do. */
  readonly onEmpty: () => Promise<void>;
}

const MOST_ROUNDS = 10;
const MOST_ATTEMPTS = 7;

/** The work on one table, in rounds: each begins anew with all of it. What a server refuses for a while is tried again. */
export class RoundQueue {
  readonly #options: RoundQueueOptions;
  readonly #done = Promise.withResolvers<void>();
  #round = 0;
  #attempts = 0;
  #pending = 0;

  constructor(options: RoundQueueOptions) {
    this.#options = options;
    this.#done.promise.catch(() => {});
  }

  /** Resolves when nothing is left to do. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** 0 for the first. */
  get round(): number {
    return this.#round;
  }

  start(): void {
    this.add(this.#options.begin);
  }

  /** What was compared so far may hold no more. */
  again(): void {
    this.#round += 1;
    if (this.#round <= MOST_ROUNDS) this.start();
    else this.#options.onGivenUp('busy', 'it was emptied, reloaded or changed by DDL each time that it was compared');
  }

  /** Something of it is done: failures are counted anew. */
  advanced(): void {
    this.#attempts = 0;
  }

  /** Work of an earlier round is passed over; what was under way when another round began adds nothing to it. */
  add(job: Job): void {
    const round = this.#round;
    const isStale = () => round !== this.#round;
    this.#pending += 1;
    this.#options.add(async (pool) => {
      try {
        if (!isStale()) await this.#attempt(job, isStale, pool);
        this.#pending -= 1;
        if (this.#pending > 0) return;
        await this.#options.onEmpty();
        this.#done.resolve();
      } catch (error) {
        this.#done.reject(error);
      }
    });
  }

  async #attempt(job: Job, isStale: () => boolean, pool: WorkerPool): Promise<void> {
    try {
      await pool.run((sides) => job(sides, isStale));
    } catch (error) {
      if (pool.signal.aborted || !(error instanceof SluiceError)) throw error;
      if (isStale()) return;
      this.#attempts += 1;
      if (error.disposition !== 'retry' || this.#attempts > MOST_ATTEMPTS) {
        this.#round += 1;
        this.#options.onGivenUp('failed', `${error.message}. ${error.remedy}`);
        return;
      }
      await sleep(100 * 2 ** this.#attempts, undefined, { signal: pool.signal });
      if (!isStale()) this.add(job);
    }
  }
}
