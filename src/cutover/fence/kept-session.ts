import { SluiceError } from '../../contract/error.ts';
import { type Deadline, within } from './deadline.ts';

/** Longer than a server takes that others keep busy. */
const ANSWER_MS = 2_000;

export interface Keepable {
  /** Fails with a SluiceError where the server answers no more. */
  ping(): Promise<void>;
  /** Whether it keeps the process from ending. */
  hold(isHeld: boolean): void;
  close(): Promise<void>;
  destroy(): void;
}

/**
 * One session that is opened ahead of a fence and used again behind it, where everybody would wait for the login. It holds
 * no process up, and ends by itself.
 */
export class KeptSession<S extends Keepable> {
  readonly #keepMs: number;
  #idle: S | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** `keepMs`: how long nobody may use it. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** It has not failed, and nothing runs on it. */
  leave(session: S): void {
    this.close();
    session.hold(false);
    this.#idle = session;
    this.#timer = setTimeout(() => this.close(), this.#keepMs).unref();
  }

  /** null: there is none, it is in use, or it answers no more. Whoever takes it ends it or leaves it again. */
  async take(): Promise<S | null> {
    const taken = this.#forget();
    if (taken === null) return null;
    taken.hold(true);
    // On a link that the network has lost without a word nothing would ever come.
    const silence = setTimeout(() => taken.destroy(), ANSWER_MS);
    try {
      await taken.ping();
      return taken;
    } catch (error) {
      taken.destroy();
      if (error instanceof SluiceError) return null;
      throw error;
    } finally {
      clearTimeout(silence);
    }
  }

  /** Never fails. */
  close(): void {
    void this.#forget()?.close();
  }

  #forget(): S | null {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const idle = this.#idle;
    this.#timer = null;
    this.#idle = null;
    return idle;
  }
}

/**
 * Runs `work` in the session that is kept, where there is one that answers, else in one that is opened. It is left there
 * for the next, unless `work` fails.
 */
export async function onKept<S extends Keepable, A>(
  kept: KeptSession<S>,
  open: () => Promise<S>,
  deadline: Deadline,
  work: (session: S) => Promise<A>,
): Promise<A> {
  let isWhole = false;
  const lend = async () => {
    const session = (await kept.take()) ?? (await open());
    return { session, close: async () => (isWhole ? kept.leave(session) : session.destroy()) };
  };
  const use = async ({ session }: { readonly session: S }) => {
    const result = await work(session);
    isWhole = true;
    return result;
  };
  return await within(deadline, lend, use, ({ session }) => session.destroy());
}
