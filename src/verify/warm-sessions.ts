import type { ViewSource } from '../mysql/read-view.ts';
import type { PostgresSession } from '../postgres/connection.ts';

/** How long nobody may use them: a fence follows within seconds, or not at all. */
const KEPT_MS = 30_000;

/**
 * Sessions of both sides that a look at changed keys leaves to the next one. Behind a fence the application waits for
 * each session that is opened.
 */
export class WarmSessions {
  #views: ViewSource | null = null;
  #targets: PostgresSession[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `signal`: of the process, with which they end. */
  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => void this.close(), { once: true });
  }

  /** What was left; whoever takes it closes it or leaves it again. */
  take(): { readonly views: ViewSource | null; readonly targets: PostgresSession[] } {
    const taken = { views: this.#views, targets: this.#targets };
    this.#forget();
    return taken;
  }

  /** Of the target alone; null: there is none. */
  takeTarget(): PostgresSession | null {
    return this.#targets.pop() ?? null;
  }

  /** None of them has failed. */
  leave(views: ViewSource, targets: readonly PostgresSession[]): void {
    this.#views = views;
    this.#targets.push(...targets);
    this.#timer ??= setTimeout(() => void this.close(), KEPT_MS).unref();
  }

  /** Never fails: a session that is gone already needs no goodbye. */
  async close(): Promise<void> {
    const { views, targets } = this.take();
    await Promise.allSettled([views?.close(), ...targets.map((session) => session.close())]);
  }

  #forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#views = null;
    this.#targets = [];
    this.#timer = null;
  }
}
