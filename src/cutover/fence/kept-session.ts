import type { Socket } from 'node:net';
import { SluiceError } from '../../contract/error.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';

/**
 * One session that is opened ahead of a fence and used again behind it, where everybody would wait for the login. It holds
 * no process up, and ends by itself.
 */
export class KeptSession {
  readonly #keepMs: number;
  #idle: MysqlConnection | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** `keepMs`: how long nobody may use it. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** It has not failed, and nothing runs on it. */
  leave(connection: MysqlConnection): void {
    this.close();
    socketOf(connection).unref();
    this.#idle = connection;
    this.#timer = setTimeout(() => this.close(), this.#keepMs).unref();
  }

  /** null: there is none, it is in use, or it answers no more. Whoever takes it ends it or leaves it again. */
  async take(): Promise<MysqlConnection | null> {
    const taken = this.#forget();
    if (taken === null) return null;
    socketOf(taken).ref();
    try {
      await taken.row('SELECT 1');
      return taken;
    } catch (error) {
      taken.destroy();
      if (error instanceof SluiceError) return null;
      throw error;
    }
  }

  /** Never fails. */
  close(): void {
    void this.#forget()?.close();
  }

  #forget(): MysqlConnection | null {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const idle = this.#idle;
    this.#timer = null;
    this.#idle = null;
    return idle;
  }
}

function socketOf(connection: MysqlConnection): Socket {
  return connection.wire.stream as Socket;
}
