import type { ViewSource } from '../mysql/read-view.ts';
import { type RestReason, Throttle, type ThrottleLimits } from '../mysql/throttle.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { AppliedPoint, Follower } from './follower.ts';
import { Lines, type Sides } from './side.ts';

export interface WorkerParts {
  readonly follower: Follower;
  readonly views: ViewSource;
  readonly connectTarget: () => Promise<PostgresSession>;
  readonly readPoint: (session: PostgresSession) => Promise<AppliedPoint | null>;
  readonly limits: ThrottleLimits;
  /** Why the source should be left alone now; null: it need not. */
  readonly busy: () => Promise<string | null>;
  readonly onWait: (reason: string | null) => void;
  /** Told each time that a worker stood still for the source's sake. */
  readonly onRest: (reason: RestReason, restedMs: number) => void;
  readonly signal: AbortSignal;
  /** Sessions of the target that are open already: lent before another is opened. */
  readonly targets?: PostgresSession[];
}

/**
 * Workers with a session of their own on the target, opened when first needed and lent to one job at a time. All are cut
 * off when the signal aborts: what waits for a lock, or for a server that answers nothing, fails then.
 */
export class WorkerPool {
  readonly #parts: WorkerParts;
  readonly #cut = () => void this.close();
  readonly #idle: Sides[] = [];
  readonly #open = new Set<PostgresSession>();
  readonly #unused: PostgresSession[];

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#unused = [...(parts.targets ?? [])];
    for (const session of this.#unused) this.#open.add(session);
    parts.signal.addEventListener('abort', this.#cut, { once: true });
  }

  get signal(): AbortSignal {
    return this.#parts.signal;
  }

  /** A session that failed is given up. */
  async run<T>(work: (sides: Sides) => Promise<T>): Promise<T> {
    const sides = this.#idle.pop() ?? (await this.#make());
    try {
      const result = await work(sides);
      this.#idle.push(sides);
      return result;
    } catch (error) {
      this.#open.delete(sides.session);
      await sides.session.close();
      throw error;
    }
  }

  /** Gives up its sessions without closing them. */
  release(): readonly PostgresSession[] {
    const sessions = [...this.#open];
    this.#open.clear();
    this.#parts.signal.removeEventListener('abort', this.#cut);
    return sessions;
  }

  async close(): Promise<void> {
    this.#parts.signal.removeEventListener('abort', this.#cut);
    await Promise.all([...this.#open].map((session) => session.close()));
    this.#open.clear();
  }

  async #connect(): Promise<PostgresSession> {
    const { connectTarget, signal } = this.#parts;
    const session = await connectTarget();
    this.#open.add(session);
    if (signal.aborted) await this.close();
    signal.throwIfAborted();
    return session;
  }

  async #make(): Promise<Sides> {
    const { follower, views, readPoint, limits, busy, onWait, onRest, signal } = this.#parts;
    const session = this.#unused.pop() ?? (await this.#connect());
    const quiet = async () => {
      const reason = await busy();
      if (reason === null) onWait(null);
      return reason;
    };
    return {
      follower,
      views,
      session,
      readPoint,
      throttle: new Throttle({ limits, busy: quiet, onWait, onRest, signal }),
      signal,
      lines: { source: new Lines(), sent: new Lines(), target: new Lines() },
    };
  }
}
