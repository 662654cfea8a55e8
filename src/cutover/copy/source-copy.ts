import PQueue from 'p-queue';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../../mysql/connection.ts';
import type { AttemptCopy } from '../attempt-book.ts';
import type { Attempt } from '../journal.ts';
import { isInBlock } from './copied.ts';
import { beginCopy, type CopyPlace, makeCopyTables, sealCopy, writeCopy } from './copy-table.ts';

export interface SourceCopyOptions extends CopyPlace {
  /** The account that fences writes. */
  readonly login: MysqlSettings;
  readonly logger: Logger;
}

/** One write of it never takes longer from a write block than this. */
const WRITE_MS = 1_000;
/** Of what must succeed, where somebody holds a lock. */
const MOST_TRIES = 5;
/** After one that took so long the source is left alone for a while. */
const REST_MS = 5_000;

/**
 * Copies each step of an attempt to the source, so that whoever has lost the target can read how far it went. What it
 * writes while writes are blocked stays out of the binlog, whose end the drain has taken; where it may not, or the server
 * refuses, the copy waits until the block is over. It holds no attempt up: `begin` and `seal` alone must succeed (INV-186).
 */
export class SourceCopy implements AttemptCopy {
  readonly #options: SourceCopyOptions;
  readonly #turn = new PQueue({ concurrency: 1 });
  #connection: MysqlConnection | null = null;
  #isLogged = true;
  #canUnlog = false;
  #isProvable = false;
  #restUntilMs = 0;
  #newest: Attempt | null = null;

  constructor(options: SourceCopyOptions) {
    this.#options = options;
  }

  /** Before anything of it is done. Fails with SOURCE_... where it cannot be written. */
  async begin(attempt: Attempt): Promise<void> {
    await this.#surely(async (connection) => {
      await makeCopyTables(connection, this.#options.database);
      this.#canUnlog = await mayUnlog(connection);
      this.#isProvable = this.#canUnlog && (await isDurable(connection));
      await beginCopy(connection, this.#options, attempt, this.#isProvable);
    });
  }

  /** Never fails. Of those that wait for one another the newest alone is written: it holds all that was before. */
  async write(attempt: Attempt): Promise<void> {
    const isInside = isInBlock(attempt);
    if ((isInside && !this.#canUnlog) || Date.now() < this.#restUntilMs) return;
    this.#newest = attempt;
    const writing = () =>
      this.#within(WRITE_MS, async (connection) => {
        await this.#log(connection, !isInside);
        await unlessRefused(() => writeCopy(connection, this.#options, attempt));
      });
    try {
      await this.#turn.add(async () => {
        if (this.#newest === attempt) await writing();
      });
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      this.#options.logger.debug({ code: error.code }, 'the attempt was not copied to the source');
    }
  }

  /** Notes that the point of no return may be passed from here on; answers what was done, in words. Must succeed. */
  async seal(attempt: Attempt): Promise<string> {
    if (!this.#isProvable) return 'noted when the attempt began: this source cannot note it behind the fence';
    await this.#surely(async (connection) => {
      await this.#log(connection, false);
      await sealCopy(connection, this.#options, attempt);
      await writeCopy(connection, this.#options, attempt);
    });
    return 'noted at the source, which can be opened from here on only when the target says that it is aborted';
  }

  /** Behind the point of no return, where the source was opened to us for it. Fails with SOURCE_... */
  async noteCommitted(attempt: Attempt): Promise<void> {
    await this.#surely((connection) => writeCopy(connection, this.#options, attempt));
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close();
  }

  async #log(connection: MysqlConnection, isLogged: boolean): Promise<void> {
    if (this.#isLogged === isLogged) return;
    await connection.run(`SET SESSION sql_log_bin = ${isLogged ? 1 : 0}`);
    this.#isLogged = isLogged;
  }

  async #within(limitMs: number, work: (connection: MysqlConnection) => Promise<void>): Promise<void> {
    const timer = setTimeout(() => {
      this.#restUntilMs = Date.now() + REST_MS;
      this.#connection?.destroy();
    }, limitMs);
    try {
      await this.#with(work);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A lock of somebody else's is waited for. */
  async #surely(work: (connection: MysqlConnection) => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#turn.add(() => this.#with(work));
        return;
      } catch (error) {
        const isLocked = error instanceof SluiceError && error.code === 'SOURCE_LOCK_CONFLICT';
        if (!isLocked || tries === MOST_TRIES) throw error;
      }
    }
  }

  /** After a failure the session is given up: what it has in hand is undone by the server. */
  async #with(work: (connection: MysqlConnection) => Promise<void>): Promise<void> {
    this.#connection ??= await this.#open();
    try {
      await work(this.#connection);
    } catch (error) {
      this.#connection?.destroy();
      this.#connection = null;
      throw error;
    }
  }

  async #open(): Promise<MysqlConnection> {
    const connection = await connectMysql({ ...this.#options.login, timeoutMs: WRITE_MS });
    this.#isLogged = true;
    await connection.run('SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1');
    return connection;
  }
}

/** Behind super_read_only each is refused: the session stays, so that nobody waits for a login at each. */
async function unlessRefused(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'SOURCE_READ_ONLY') throw error;
  }
}

/** Whether this account may keep what it writes out of the binlog. */
async function mayUnlog(connection: MysqlConnection): Promise<boolean> {
  try {
    await connection.run('SET SESSION sql_log_bin = 0');
    await connection.run('SET SESSION sql_log_bin = 1');
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.disposition !== 'retry') return false;
    throw error;
  }
}

/** A server that may forget its last second in a crash would forget that an attempt was sealed. */
async function isDurable(connection: MysqlConnection): Promise<boolean> {
  const row = await connection.row('SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flush');
  return row['flush'] === '1';
}
