import { connectMysql, type MysqlConnection, type MysqlSettings, type SessionOptions } from './connection.ts';

/** Sessions that are opened when first needed and lent to one user at a time. The borrower limits how many. */
export class ConnectionPool {
  readonly #settings: MysqlSettings;
  readonly #options: SessionOptions;
  readonly #idle: MysqlConnection[] = [];
  readonly #lent = new Set<MysqlConnection>();
  #isClosed = false;

  constructor(settings: MysqlSettings, options: SessionOptions = {}) {
    this.#settings = settings;
    this.#options = options;
  }

  async lend(): Promise<MysqlConnection> {
    const connection = this.#idle.pop() ?? (await connectMysql(this.#settings, this.#options));
    if (this.#isClosed) connection.destroy();
    this.#lent.add(connection);
    return connection;
  }

  /** Takes a connection back whose last statement has ended; one that failed goes to `drop`. */
  giveBack(connection: MysqlConnection): void {
    if (this.#lent.delete(connection)) this.#idle.push(connection);
  }

  /** A connection in an unknown state is cut, never lent again. */
  drop(connection: MysqlConnection): void {
    this.#lent.delete(connection);
    connection.destroy();
  }

  /** Cuts what is lent; says goodbye to the rest. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const connection of this.#lent) connection.destroy();
    this.#lent.clear();
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }
}
