/** Sessions on the source: the one place that opens them, so that none forgets time zone, character set or modes. */
import { isIP, type Socket } from 'node:net';
import mysql, { type Connection, type ConnectionOptions } from 'mysql2';
import { SluiceError } from '../contract/error.ts';
import { LendingSocket } from '../wire/lending-socket.ts';
import { sourceError } from './error.ts';
import { SERVER_QUERY, type Server, serverOf } from './server.ts';

export interface MysqlTls {
  readonly mode: 'off' | 'verify-ca' | 'verify-full';
  /** PEM texts. Without `ca` the system's authorities are trusted. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface MysqlSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database?: string;
  readonly tls: MysqlTls;
  /** Time to connect and log in, and again to prepare the session. */
  readonly timeoutMs: number;
}

/** Every value as the text that the server sent, in UTF-8: no 64-bit integer, decimal or time becomes a number. */
export type Row = Readonly<Record<string, string | null>>;

export type SqlValue = string | number | bigint | boolean | Uint8Array | null | readonly SqlValue[];

/** mysql2's query command: rows reach `row` one packet each; it returns what takes the next packet. */
export interface RawQuery {
  row: (packet: RawPacket, link: unknown) => unknown;
  /** What takes the next packet. */
  readonly next: unknown;
}

/** What of mysql2's link takes packets: `execute` gets bytes as they come, and is exchanged while a packet is half read. */
export interface Wire {
  readonly packetParser: { execute: (bytes: Buffer) => unknown };
  /** The number that the next packet must have. */
  sequenceId: number;
  readonly stream: unknown;
}

/** The parser's one packet object, reused, may not be kept; its buffer may, nobody writes to it. The payload is `buffer[offset, end)`. */
export interface RawPacket {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
  isEOF(): boolean;
}

/** What a statement that changes rows did. */
export interface Outcome {
  /** Rows inserted, deleted, or found by an UPDATE, changed or not. */
  readonly rows: number;
  readonly warnings: number;
}

const CLOSE_TIMEOUT_MS = 5_000;

export interface SessionOptions {
  /** Statements may follow each other in one text, as only a text made here may. */
  readonly hasManyStatements?: boolean;
  /** Character set of the texts that are sent, where it must not be utf8mb4. */
  readonly charset?: string;
  /** Much is read, by `readSentRows`, which then has each byte lent. Has no effect with TLS. */
  readonly isBulk?: boolean;
}

const KEEP_ALIVE_MS = 10_000;

/** One session. Statements queue up in order; an error of the link ends it for good: open a new one. */
export class MysqlConnection {
  readonly server: Server;
  readonly #link: Connection;
  #owed = 0;
  #owedSinceMs: number | null = null;
  #heardAtMs = performance.now();
  #takenBytes = 0;
  #isCut = false;

  /** Use connectMysql(). */
  constructor(link: Connection, server: Server) {
    this.#link = link;
    this.server = server;
    OPEN.add(this);
  }

  /** Rows of one statement; `?` in it stands for `values`, escaped here. */
  async rows(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const result = await this.#send(sql, values);
    return Array.isArray(result) ? (result as Row[]) : [];
  }

  /** The only row of a statement that gives one. */
  async row(sql: string, values: readonly SqlValue[] = []): Promise<Row> {
    return (await this.rows(sql, values))[0] ?? {};
  }

  /** Runs a statement for its effect. */
  async run(sql: string, values: readonly SqlValue[] = []): Promise<void> {
    await this.#send(sql, values);
  }

  /** Runs one or, in a session with `hasManyStatements`, several statements, and tells of each what it did. */
  async outcomes(sql: string): Promise<readonly Outcome[]> {
    const result = await this.#send(sql);
    return (Array.isArray(result) ? result : [result]).map((one) => ({
      rows: (one as { affectedRows?: number }).affectedRows ?? 0,
      warnings: (one as { warningStatus?: number }).warningStatus ?? 0,
    }));
  }

  get threadId(): number {
    return this.#link.threadId;
  }

  /** Since when the server owes an answer to a statement, by performance.now(); null: it owes none. */
  get owedSinceMs(): number | null {
    return this.#owedSinceMs;
  }

  /** When it last gave such an answer, or was last seen to have taken more of what is sent; by performance.now(). */
  get heardAtMs(): number {
    const { bytesWritten, writableLength } = this.wire.stream as Socket;
    const takenBytes = bytesWritten - writableLength;
    if (takenBytes !== this.#takenBytes) this.#heardAtMs = performance.now();
    this.#takenBytes = takenBytes;
    return this.#heardAtMs;
  }

  async #send(sql: string, values: readonly SqlValue[] = []): Promise<unknown> {
    this.#owed += 1;
    this.#owedSinceMs ??= performance.now();
    try {
      return await send(this.#link, sql, values);
    } finally {
      this.#owed -= 1;
      this.#heardAtMs = performance.now();
      this.#owedSinceMs = this.#owed === 0 ? null : this.#heardAtMs;
    }
  }

  /** Pauses and resumes the socket: back-pressure for raw commands. */
  pause(isPaused: boolean): void {
    const { stream } = this.#link as unknown as { stream: { pause(): void; resume(): void } };
    if (isPaused) stream.pause();
    else stream.resume();
  }

  /** A query whose rows the caller takes off the wire itself (raw-rows.ts); `ended` is called once. */
  rawQuery(sql: string, ended: (error: unknown) => void): RawQuery {
    return this.#link.query(sql, (error) => ended(error)) as unknown as RawQuery;
  }

  /** For who takes packets off it by itself (row-tap.ts). */
  get wire(): Wire {
    return this.#link as unknown as Wire;
  }

  /** Fails with SOURCE_CONNECTION_LOST where nobody answers. */
  async ping(): Promise<void> {
    await this.row('SELECT 1');
  }

  /** Whether it keeps the process from ending, as it does from the beginning. */
  hold(isHeld: boolean): void {
    const socket = this.wire.stream as Socket;
    if (isHeld) socket.ref();
    else socket.unref();
  }

  /** Says goodbye; never fails. */
  async close(): Promise<void> {
    if (this.#isCut) return;
    await new Promise<void>((resolve) => {
      // A server that hangs never hears it.
      const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
      this.#link.end(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.destroy();
  }

  /** Cuts the link at once; what runs on it fails with SOURCE_CONNECTION_LOST, whatever the server does. */
  destroy(): void {
    this.cut('the link was given up');
  }

  /** The same, with the reason. */
  cut(why: string): void {
    this.#isCut = true;
    OPEN.delete(this);
    cutLink(this.#link, why);
  }
}

/** Sessions of this process that nobody has closed. */
const OPEN = new Set<MysqlConnection>();

/** Their threads on a server, for who must tell ours from others'. */
export function ownThreads(server: Server): readonly string[] {
  const own = [...OPEN].filter((one) => one.server.id === server.id && !(one.wire.stream as Socket).destroyed);
  return own.map(({ threadId }) => String(threadId));
}

/** Logs in and prepares the session. Fails with SOURCE_... (error.ts). */
export async function connectMysql(settings: MysqlSettings, more: SessionOptions = {}): Promise<MysqlConnection> {
  const { hasManyStatements = false, charset, isBulk = false } = more;
  const link = mysql.createConnection({
    ...connectionOptions(settings),
    multipleStatements: hasManyStatements,
    ...(charset === undefined ? {} : { charset }),
    ...(isBulk && settings.tls.mode === 'off' ? { stream: () => lendingSocket(settings) } : {}),
  });
  const timer = setTimeout(() => cutLink(link), 2 * settings.timeoutMs);
  try {
    await opened(link);
    const server = await identify(link);
    await send(link, sessionStatement(server));
    return new MysqlConnection(link, server);
  } catch (error) {
    cutLink(link);
    throw sourceError(error, `connecting to ${settings.host}:${settings.port}`);
  } finally {
    clearTimeout(timer);
  }
}

/** mysql2's own way waits for the server to close its side, as one that hangs never does. */
function cutLink(link: Connection, why = 'no answer'): void {
  const { stream } = link as unknown as { stream: { destroy(error: Error): void } };
  stream.destroy(Object.assign(new Error(why), { code: 'PROTOCOL_CONNECTION_LOST' }));
  link.destroy();
}

/** mysql2's options for these settings, also for the binlog client, which opens links of its own. */
export function connectionOptions(settings: MysqlSettings): ConnectionOptions {
  const { host, port, user, password, database, tls, timeoutMs } = settings;
  if (tls.mode === 'verify-full' && isIP(host) !== 0) throw namelessHost(host);
  return {
    host,
    port,
    user,
    password,
    ...(database === undefined ? {} : { database }),
    ...(tls.mode === 'off' ? {} : { ssl: sslOptions(tls) }),
    connectTimeout: timeoutMs,
    charset: 'utf8mb4',
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    // LOAD DATA LOCAL would let a hostile server read files of this machine.
    flags: ['-LOCAL_FILES'],
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  };
}

function lendingSocket({ host, port }: MysqlSettings): LendingSocket {
  const socket = new LendingSocket();
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket.connect(port, host);
}

function sslOptions(tls: MysqlTls): NonNullable<Exclude<ConnectionOptions['ssl'], string>> {
  const { ca, cert, key } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: true,
    verifyIdentity: tls.mode === 'verify-full',
  };
}

/** mysql2 compares the certificate of an address with the name `localhost`: a check that proves nothing. */
function namelessHost(host: string): SluiceError {
  return new SluiceError({
    code: 'SOURCE_TLS_NEEDS_NAME',
    message: `verify-full checks the host name in the certificate, and source.url has the address ${host}`,
    remedy: 'write the host name of the certificate into source.url, or use verify-ca',
    disposition: 'stop',
  });
}

function opened(link: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    // The listener stays: an error of an idle link reaches the next statement, and must not end the process.
    link.on('error', reject);
    link.connect((error) => (error ? reject(error) : resolve()));
  });
}

async function identify(link: Connection): Promise<Server> {
  const rows = (await send(link, SERVER_QUERY)) as Row[];
  return serverOf(new Map(rows.map((row) => [row['Variable_name'] ?? '', row['Value'] ?? ''])));
}

/**
 * sql_mode: PAD_CHAR_TO_FULL_LENGTH would rewrite, NO_ZERO_DATE in strict mode refuses a comparison with a zero date,
 * and without ALLOW_INVALID_DATES a comparison with 2004-02-31 goes by text. autocommit and isolation: another default
 * would make a fresh read stale (protocols 3). The write timeout is what a paused socket meets.
 */
function sessionStatement(server: Server): string {
  const session = [
    'autocommit = 1',
    'net_read_timeout = 3600',
    'net_write_timeout = 3600',
    'wait_timeout = 86400',
    'completion_type = NO_CHAIN',
    ...server.session,
  ].map((assignment) => `SESSION ${assignment}`);
  const isolation = server.kind === 'mysql' ? 'transaction_isolation' : 'tx_isolation';
  return [
    'SET NAMES utf8mb4',
    `time_zone = '+00:00'`,
    `sql_mode = 'ALLOW_INVALID_DATES'`,
    `SESSION ${isolation} = 'REPEATABLE-READ'`,
    ...session,
  ].join(', ');
}

function send(link: Connection, sql: string, values: readonly SqlValue[] = []): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { sql, values: values.map(driverValue), typeCast: asText };
    link.query(options, (error, result) => (error ? reject(sourceError(error, 'a statement')) : resolve(result)));
  });
}

function driverValue(value: SqlValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Array.isArray(value) ? value.map(driverValue) : value;
}

function asText(field: { string(encoding: string): string | null }): string | null {
  return field.string('utf8');
}
