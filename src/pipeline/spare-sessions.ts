import type { Socket } from 'node:net';
import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { SluiceError } from '../contract/error.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';
import { connectPostgres, type PostgresSession } from '../postgres/connection.ts';
import { withSession } from '../postgres/within.ts';
import { inSource } from './source-session.ts';

/** As many as the steps behind a fence use before the point of no return. */
const SOURCES = 3;
const TARGETS = 2;
/** How long nobody may use them: a fence follows within seconds, or not at all. */
const KEPT_MS = 30_000;

/**
 * Sessions of both sides that are opened ahead of a fence, each for one work behind it: the application waits for each
 * login there. Where none is left, or what is left has ended, one is opened.
 */
export class SpareSessions {
  readonly #config: Config;
  #sources: MysqlConnection[] = [];
  #targets: PostgresSession[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Never fails by a server: what cannot be opened now is opened when it is needed, and fails there. */
  async fill(): Promise<void> {
    await this.close();
    const { source } = this.#config;
    const sources = Array.from({ length: SOURCES }, () => connectMysql(sourceLogin(source)));
    const targets = Array.from({ length: TARGETS }, () => connectPostgres(targetLogin(this.#config)));
    this.#sources = await opened(sources);
    this.#targets = await opened(targets);
    this.#timer = setTimeout(() => void this.close(), KEPT_MS).unref();
  }

  async withSource<T>(signal: AbortSignal, work: (source: MysqlConnection) => Promise<T>): Promise<T> {
    const spare = this.#sources.pop();
    const isOpen = spare !== undefined && (spare.wire.stream as Socket).readyState === 'open';
    return await inSource(isOpen ? spare : await connectMysql(sourceLogin(this.#config.source)), signal, work);
  }

  async withTarget<T>(signal: AbortSignal, work: (target: PostgresSession) => Promise<T>): Promise<T> {
    const spare = this.#targets.pop();
    const isOpen = spare !== undefined && !spare.isEnded;
    return await withSession(isOpen ? spare : await connectPostgres(targetLogin(this.#config)), signal, work);
  }

  /** Never fails. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const all = [...this.#sources.splice(0), ...this.#targets.splice(0)];
    await Promise.allSettled(all.map((session) => session.close()));
  }
}

async function opened<T>(opening: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(opening);
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    if (!(result.reason instanceof SluiceError)) throw result.reason;
    return [];
  });
}
