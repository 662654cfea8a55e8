import type { Socket } from 'node:net';
import type { Config } from '../config/config.ts';
import { sourceAdminLogin, sourceLogin, targetLogin } from '../config/login.ts';
import { SluiceError } from '../contract/error.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';
import { connectPostgres, type PostgresSession } from '../postgres/connection.ts';
import { withSession } from '../postgres/within.ts';
import { inSource } from './source-session.ts';

/** How many are used behind a fence. */
export interface SpareCounts {
  readonly sources: number;
  /** By the account that fences writes. */
  readonly admins: number;
  readonly targets: number;
}

const THERE: SpareCounts = { sources: 4, admins: 0, targets: 2 };
/** How long nobody may use them: a fence follows once both sides are level, or not at all. */
const KEPT_MS = 60_000;

/**
 * Sessions of both sides that are opened ahead of a fence, each for one work behind it: the application waits for each
 * login there. Where none is left, or what is left has ended, one is opened.
 */
export class SpareSessions {
  readonly #config: Config;
  readonly #counts: SpareCounts;
  #sources: MysqlConnection[] = [];
  #admins: MysqlConnection[] = [];
  #targets: PostgresSession[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(config: Config, counts = THERE) {
    this.#config = config;
    this.#counts = counts;
  }

  /** Never fails by a server: what cannot be opened now is opened when it is needed, and fails there. */
  async fill(): Promise<void> {
    await this.close();
    const { source } = this.#config;
    const { sources, admins, targets } = this.#counts;
    [this.#sources, this.#admins, this.#targets] = await Promise.all([
      opened(sources, () => connectMysql(sourceLogin(source))),
      opened(admins, () => connectMysql(sourceAdminLogin(source))),
      opened(targets, () => connectPostgres(targetLogin(this.#config))),
    ]);
    this.#timer = setTimeout(() => void this.close(), KEPT_MS).unref();
  }

  async withSource<T>(signal: AbortSignal, work: (source: MysqlConnection) => Promise<T>): Promise<T> {
    const open = () => connectMysql(sourceLogin(this.#config.source));
    return await inSource(openOne(this.#sources) ?? (await open()), signal, work);
  }

  async withSourceAdmin<T>(signal: AbortSignal, work: (source: MysqlConnection) => Promise<T>): Promise<T> {
    const open = () => connectMysql(sourceAdminLogin(this.#config.source));
    return await inSource(openOne(this.#admins) ?? (await open()), signal, work);
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
    const all = [...this.#sources.splice(0), ...this.#admins.splice(0), ...this.#targets.splice(0)];
    await Promise.allSettled(all.map((session) => session.close()));
  }
}

/** One that the server has not ended meanwhile. */
function openOne(spares: MysqlConnection[]): MysqlConnection | null {
  const spare = spares.pop();
  return spare !== undefined && (spare.wire.stream as Socket).readyState === 'open' ? spare : null;
}

async function opened<T>(count: number, open: () => Promise<T>): Promise<T[]> {
  const results = await Promise.allSettled(Array.from({ length: count }, open));
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    if (!(result.reason instanceof SluiceError)) throw result.reason;
    return [];
  });
}
