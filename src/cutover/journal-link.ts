import PQueue from 'p-queue';
import type { PostgresSession } from '../postgres/connection.ts';
import { targetSilent } from './journal-error.ts';

export interface JournalLinkOptions {
  connect(): Promise<PostgresSession>;
  /** How long the target may say nothing until it counts as out of reach, milliseconds. */
  readonly answerLimitMs?: number;
  /** What a session of ours waits for on the target, in words; empty: for nobody. */
  waitsFor?(signal: AbortSignal): Promise<string>;
}

/** A link that is cut may stay silent for many minutes, and each of them is one in which nobody can write. */
const ANSWER_LIMIT_MS = 5_000;
/** Part of it after which it is asked, on another session, whether somebody's lock is why. */
const LOOK_RATIO = 0.25;

/** The journal's one session: asked in turn, opened again where it was lost. */
export class JournalLink {
  readonly #options: JournalLinkOptions;
  #session: PostgresSession | null = null;
  /** What is asked at once never goes into another's transaction. */
  readonly #turn = new PQueue({ concurrency: 1 });

  constructor(options: JournalLinkOptions) {
    this.#options = options;
  }

  /**
   * Inside an attempt nobody waits for a silent target longer than the limit: nothing more is sent over such a link, and a
   * COMMIT that is under way keeps its lock on the row until it is decided (INV-196).
   */
  async inTime<T>(work: (session: PostgresSession, givenUp: AbortSignal) => Promise<T>): Promise<T> {
    const limitMs = this.#options.answerLimitMs ?? ANSWER_LIMIT_MS;
    const givenUp = new AbortController();
    const silence = Promise.withResolvers<never>();
    const over = new AbortController();
    let waits = '';
    const look = setTimeout(() => {
      const asked = this.#options.waitsFor?.(over.signal).then((words) => {
        waits = words;
      });
      asked?.catch(() => {});
    }, limitMs * LOOK_RATIO);
    const timer = setTimeout(() => {
      givenUp.abort();
      silence.reject(targetSilent(limitMs, waits));
      void this.close();
    }, limitMs);
    const working = this.with((session) => work(session, givenUp.signal), givenUp.signal);
    working.catch(() => {});
    try {
      return await Promise.race([working, silence.promise]);
    } finally {
      clearTimeout(look);
      clearTimeout(timer);
      over.abort();
    }
  }

  /** After a failure the session is given up: the server undoes what was not committed. */
  async with<T>(work: (session: PostgresSession) => Promise<T>, givenUp?: AbortSignal): Promise<T> {
    return await this.#turn.add(() => this.#now(work, givenUp));
  }

  async #now<T>(work: (session: PostgresSession) => Promise<T>, givenUp?: AbortSignal): Promise<T> {
    const kept = this.#session?.isEnded === false ? this.#session : null;
    const session = kept ?? (await this.#options.connect());
    try {
      // Nobody waits any more: what would be done late is done by others by now.
      givenUp?.throwIfAborted();
      this.#session = session;
      return await work(session);
    } catch (error) {
      if (this.#session === session) this.#session = null;
      await session.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }
}
