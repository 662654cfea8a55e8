import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { createSink, type Sink, type SinkOptions } from '../../src/sink/sink.ts';

const NEVER = new AbortController().signal;

/** An empty PostgreSQL database, a session that looks at it, and sinks that write to it. */
export class Target {
  readonly url: string;
  readonly session: PostgresSession;
  readonly #server: RunningServer;
  readonly #database: FreshDatabase;
  readonly #sinks: Sink[] = [];

  constructor(server: RunningServer, database: FreshDatabase, session: PostgresSession) {
    this.#server = server;
    this.#database = database;
    this.session = session;
    this.url = database.url;
  }

  static async open(...ddl: readonly string[]): Promise<Target> {
    const server = await startServer('postgres');
    const database = await freshDatabase(server, 'sink');
    const session = await connectPostgres({ url: database.url, pipeline: 'test' });
    for (const statement of ddl) await session.query(statement);
    return new Target(server, database, session);
  }

  sink(options: Partial<SinkOptions> = {}): Sink {
    const sink = createSink({
      target: { url: this.url, pipeline: 'shop' },
      mapping: { targetOf: (_, table) => ({ schema: 'public', table }) },
      heartbeatState: 'heartbeat',
      lockWaitMs: 2_000,
      ...options,
    });
    this.#sinks.push(sink);
    return sink;
  }

  /** The table's rows as texts `a|b|c`, sorted. */
  async rows(table: string): Promise<string[]> {
    const { rows } = await this.session.query(`SELECT * FROM ${table}`);
    return rows
      .map((row) =>
        Object.values(row)
          .map((value) => value ?? 'NULL')
          .join('|'),
      )
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sink of this.#sinks) await sink.close();
    await this.session.close();
    await this.#database.drop();
    await this.#server.stop();
  }
}

export { NEVER };
