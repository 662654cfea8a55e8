import { connectPostgres, type PostgresSession, type PostgresSettings } from '../postgres/connection.ts';

/** Sessions on the target that are used again; one whose work failed is closed, and so are all once the signal aborts. */
export class TargetPool {
  readonly #settings: PostgresSettings;
  readonly #signal: AbortSignal;
  readonly #idle: PostgresSession[] = [];

  constructor(settings: PostgresSettings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
  }

  /** The session is cut off when the signal aborts, whatever it is doing then: the server undoes what was not committed. */
  async use<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    const session = this.#idle.pop() ?? (await connectPostgres(this.#settings));
    const cut = () => void session.close();
    this.#signal.addEventListener('abort', cut, { once: true });
    try {
      if (this.#signal.aborted) cut();
      const result = await work(session);
      this.#idle.push(session);
      return result;
    } catch (error) {
      await session.close();
      throw error;
    } finally {
      this.#signal.removeEventListener('abort', cut);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((session) => session.close()));
  }
}
