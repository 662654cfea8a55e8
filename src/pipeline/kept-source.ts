import type { GateFinding } from '../cutover/gate.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../mysql/connection.ts';

/** A session on the source that is asked again and again: opened when it is needed first, and anew after a failure. */
export class KeptSource {
  readonly #settings: () => MysqlSettings;
  #session: Promise<MysqlConnection> | null = null;

  constructor(settings: () => MysqlSettings) {
    this.#settings = settings;
  }

  async use<T>(work: (source: MysqlConnection) => Promise<T>): Promise<T> {
    this.#session ??= connectMysql(this.#settings());
    const session = this.#session;
    try {
      return await work(await session);
    } catch (error) {
      // Whatever it was: a session that is in order costs no more than a new one.
      if (this.#session === session) await this.close();
      throw error;
    }
  }

  /** As `use`. After one that finds a problem the next has a new session: a right of the server holds in those alone. */
  async judge(work: (source: MysqlConnection) => Promise<GateFinding>): Promise<GateFinding> {
    const finding = await this.use(work);
    if (finding.problems.length > 0) await this.close();
    return finding;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.then((open) => open.close()).catch(() => {});
  }
}
