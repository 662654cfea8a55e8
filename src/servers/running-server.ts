/** The kinds of server that a test, the demo or a developer can ask for. */
export type ServerKind = 'mysql' | 'mariadb' | 'postgres' | 'kafka';

/** Where a server came from: a URL in the environment, a container, or binaries that we started. */
export type ServerOrigin = 'environment' | 'docker' | 'binaries';

/** A server that answers. */
export interface RunningServer {
  readonly kind: ServerKind;
  readonly host: string;
  readonly port: number;
  /** `mysql://root@host:port/`, `postgresql://postgres@host:port/postgres`, for Kafka `host:port`. */
  readonly url: string;
  /** What the server says of itself. */
  readonly version: string;
  readonly origin: ServerOrigin;
  /** Only of a server from binaries. */
  readonly dataDirectory?: string | undefined;
  /** Only of a server from binaries; another one after a restart. */
  readonly pid?: number | undefined;
  /** Ends the server and removes its data. A shared server goes on until its last user has stopped it. */
  stop(): Promise<void>;
  /** SIGKILL, for crash tests; the data stays for `restart`. Fails with SERVERS_NOT_OURS on a shared server. */
  kill(): Promise<void>;
  /** Ends the server if it runs, and starts it with the same port and data. Fails as `kill` does. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a caller may ask of a server. Arguments make it a private one, and so does `durable: true`. */
export interface ServerOptions {
  /** A private instance, which may be killed and restarted. Default false: one is shared by all who ask. */
  readonly fresh?: boolean;
  /** Arguments of the server program, after ours: `--binlog-row-image=MINIMAL`, or `-c`, `wal_level=replica`. */
  readonly arguments?: readonly string[];
  /**
   * False: no fsync; commits then survive the death of the server, but not of the machine. Quicker.
   * Default true of a private instance; the shared one is never durable.
   */
  readonly durable?: boolean;
}
