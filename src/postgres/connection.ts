/** PostgreSQL as a target: sessions, SQLSTATEs, names, the catalogue of its tables, COPY. */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { SluiceError } from '../contract/error.ts';
import { LendingSocket } from '../wire/lending-socket.ts';
import { CopyIn } from './copy.ts';
import { CopyOut, type TakeRows } from './copy-out.ts';
import { quoteLiteral } from './quote.ts';
import { sqlstateOf, targetError } from './sqlstate.ts';

export interface TlsSettings {
  readonly mode: 'off' | 'verify-ca' | 'verify-full';
  /** Paths of PEM files. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface PostgresSettings {
  /** postgresql://user:password@host:port/database */
  readonly url: string;
  /** Names the session: `sluice:<pipeline>`. */
  readonly pipeline: string;
  readonly tls?: TlsSettings;
  /** How long a statement waits for a lock before it fails with TARGET_CONFLICT (retry). 0: for ever. */
  readonly lockTimeoutMs?: number;
  /** To connect, and again to prepare the session. */
  readonly connectTimeoutMs?: number;
  /** Much is read, by COPY, which then has each byte lent. Has no effect with TLS. */
  readonly isBulk?: boolean;
}

const CONNECT_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** Every value is text as the server printed it: no Date, no number, no lost digit. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface TextResult {
  readonly rows: readonly TextRow[];
  readonly rowCount: number;
}

/** One session. One statement at a time: the caller awaits. */
export class PostgresSession {
  readonly #client: pg.Client;
  #isReplica = false;
  /** We ended it, or the server did: whoever still uses it finds the link lost, which is no fault of the program. */
  #isClosed = false;
  #owedSinceMs: number | null = null;
  #heardAtMs = performance.now();

  constructor(client: pg.Client) {
    this.#client = client;
    // Told before the socket is gone: from here on the client refuses all by an error without a code (INV-198).
    client.on('error', () => {
      this.#isClosed = true;
    });
  }

  /** True when foreign keys and triggers of the target do not act on what this session writes (INV-50). */
  get isReplica(): boolean {
    return this.#isReplica;
  }

  /** Nothing comes over it any more: we have ended it, or the server or the network has, and said so. */
  get isEnded(): boolean {
    return this.#isClosed;
  }

  /** Since when the server owes an answer, by performance.now(); null: it owes none. */
  get owedSinceMs(): number | null {
    return this.#owedSinceMs;
  }

  /** When the server last gave an answer, by performance.now(). */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Runs a statement with parameters, or several without. The result is the last statement's. */
  async query(text: string, values?: readonly (string | Uint8Array | null)[]): Promise<TextResult> {
    try {
      const given = values === undefined ? undefined : [...values];
      const results: pg.QueryResult | pg.QueryResult[] = await this.#owed(this.#client.query(text, given));
      const last = Array.isArray(results) ? results.at(-1) : results;
      return { rows: last?.rows ?? [], rowCount: last?.rowCount ?? 0 };
    } catch (error) {
      throw this.#wrap(error, statementName(text));
    }
  }

  /** Sends buffers of COPY text as they come and answers the number of rows taken. */
  async copy(statement: string, chunks: Iterable<Uint8Array>): Promise<number> {
    const copy = this.#client.query(new CopyIn(statement));
    try {
      for (const chunk of chunks) await this.#owed(copy.send(chunk));
      return await this.#owed(copy.end());
    } catch (error) {
      await copy.fail();
      throw this.#wrap(error, 'COPY');
    }
  }

  /** Runs COPY ... TO STDOUT and hands over runs of rows as they come. */
  async copyOut(statement: string, take: TakeRows): Promise<void> {
    try {
      await this.#client.query(new CopyOut(statement, take)).ended;
    } catch (error) {
      throw this.#wrap(error, 'COPY');
    }
  }

  /** Gives the link up at once, as if the network had ended it: what runs on it fails with TARGET_UNREACHABLE. */
  cut(why: string): void {
    socketOf(this.#client).destroy(Object.assign(new Error(why), { code: 'ETIMEDOUT' }));
  }

  /** Fails with TARGET_... where nobody answers. */
  async ping(): Promise<void> {
    await this.query('SELECT 1');
  }

  /** Whether it keeps the process from ending, as it does from the beginning. */
  hold(isHeld: boolean): void {
    const socket = socketOf(this.#client);
    if (isHeld) socket.ref();
    else socket.unref();
  }

  /** Gives the link up without a word to the server. */
  destroy(): void {
    this.#isClosed = true;
    this.cut('the link was given up');
  }

  async #owed<T>(answer: Promise<T>): Promise<T> {
    this.#owedSinceMs = performance.now();
    try {
      return await answer;
    } finally {
      this.#owedSinceMs = null;
      this.#heardAtMs = performance.now();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // A server that is out of reach never confirms the end.
    const timer = setTimeout(() => socketOf(this.#client).destroy(), CLOSE_TIMEOUT_MS);
    await this.#client.end().catch(() => {});
    clearTimeout(timer);
  }

  async prepare(settings: PostgresSettings): Promise<void> {
    await this.query(sessionSql(settings));
    this.#isReplica = await this.#may("SET session_replication_role = 'replica'");
    // Makes a server that computes for a dead client notice; not there on every platform.
    await this.#may('SET client_connection_check_interval = 2000');
    // And one that waits for a client whose network has gone, with the locks that it holds.
    await this.#may('SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3');
  }

  async #may(statement: string): Promise<boolean> {
    try {
      await this.query(statement);
      return true;
    } catch (error) {
      if (['42501', '22023', '42704'].includes(sqlstateOf(error))) return false;
      throw error;
    }
  }

  /** What is neither the server's nor the connection's (a value that cannot be encoded, a fault of ours) stays as it is. */
  #wrap(error: unknown, doing: string): unknown {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return targetError(error, doing);
    return this.#isClosed || isLost(this.#client) ? targetError(lost(error), doing) : error;
  }
}

/** Connects and sets what every statement and every printed value relies on. */
export async function connectPostgres(settings: PostgresSettings): Promise<PostgresSession> {
  const session = new PostgresSession(await openClient(settings));
  const timer = setTimeout(() => session.cut('no answer'), settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  try {
    await session.prepare(settings);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A link that is logged in and not yet prepared; with `replication`, a walsender of the database. */
export async function openClient(
  settings: PostgresSettings,
  more: { replication?: 'database' } = {},
): Promise<pg.Client> {
  const tls = tlsOf(settings.tls);
  const client = new pg.Client({
    connectionString: withoutTls(settings.url),
    application_name: `sluice:${settings.pipeline}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: () => (text: string) => text },
    ...(tls ?? {}),
    ...(settings.isBulk === true && tls === null ? { stream: () => new LendingSocket() } : {}),
    ...more,
  });
  // Without a listener the loss of an idle connection would end the process; the next statement reports it.
  client.on('error', () => {});
  await open(client, settings);
  return client;
}

async function open(client: pg.Client, settings: PostgresSettings): Promise<void> {
  const timer = setTimeout(() => {
    socketOf(client).destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
  }, settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => {});
    const hasCode = error instanceof Error && 'code' in error;
    const isTls = settings.tls !== undefined && settings.tls.mode !== 'off';
    // pg gives a server without TLS no code of its own; with TLS asked for, that is what a nameless failure means.
    throw targetError(hasCode ? error : lost(error, isTls ? 'SLUICE_TLS' : 'SLUICE_LOST'), 'connecting');
  } finally {
    clearTimeout(timer);
  }
}

/** On what the text of every printed value relies, in a walsender too. */
const PRINTED = {
  client_encoding: 'UTF8',
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
} as const;

/** Makes a session print values as `ColumnCodec.fromTarget` reads them. */
export function printedSql(): string {
  return settingsSql(PRINTED);
}

function sessionSql(settings: PostgresSettings): string {
  return settingsSql({
    ...PRINTED,
    standard_conforming_strings: 'on',
    statement_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    lock_timeout: String(settings.lockTimeoutMs ?? 30_000),
    jit: 'off',
  });
}

function settingsSql(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `SET ${name} = ${quoteLiteral(value)}`)
    .join('; ');
}

/** The TLS mode comes from target.tls alone; a left-over sslmode in the URL must not change it. */
function withoutTls(url: string): string {
  const parsed = new URL(url);
  for (const name of [...parsed.searchParams.keys()]) if (name.startsWith('ssl')) parsed.searchParams.delete(name);
  return parsed.toString();
}

function tlsOf(tls: TlsSettings | undefined): { ssl: ConnectionOptions } | null {
  if (tls === undefined || tls.mode === 'off') return null;
  const read = (path: string | undefined, name: 'ca' | 'cert' | 'key') => (path ? { [name]: pem(path, name) } : {});
  const files = { ...read(tls.ca, 'ca'), ...read(tls.cert, 'cert'), ...read(tls.key, 'key') };
  const isAnyName = tls.mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {};
  return { ssl: { rejectUnauthorized: true, ...files, ...isAnyName } };
}

/** TARGET_TLS_FILE: a file of target.tls cannot be read. */
function pem(path: string, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new SluiceError({
      code: 'TARGET_TLS_FILE',
      message: `target.tls.${name}: cannot read ${path}`,
      remedy: 'Name a PEM file that this account may read.',
      disposition: 'stop',
      cause,
    });
  }
}

function socketOf(client: pg.Client): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
}

/** pg reports a broken connection by text only; the state of its socket says it without reading text. */
function isLost(client: pg.Client): boolean {
  return socketOf(client).destroyed;
}

function lost(error: unknown, code = 'SLUICE_LOST'): Error {
  return Object.assign(new Error(error instanceof Error ? error.message : 'connection lost'), { code });
}

/** The first words of a statement, for messages. */
function statementName(text: string): string {
  return text.trim().split(/\s+/, 2).join(' ');
}
