import type pg from 'pg';
import { openClient, type PostgresSettings, printedSql } from '../postgres/connection.ts';
import { quoteIdent, quoteLiteral } from '../postgres/quote.ts';
import { targetError } from '../postgres/sqlstate.ts';

export interface LinkOptions {
  readonly settings: PostgresSettings;
  readonly slot: string;
  readonly publication: string;
  /** Transactions that ended at or before it are not sent; nor those before what the slot has confirmed. */
  readonly from: bigint;
}

export type LinkEvent =
  | { readonly tag: 'message'; readonly bytes: Buffer }
  /** Nothing that was committed before `walEnd` is still to come. */
  | { readonly tag: 'alive'; readonly walEnd: bigint };

/** What waits for the reader before the socket is paused. */
const BUFFER_BYTES = 2 * 1024 * 1024;
const STATUS_MS = 5_000;
/** The server answers each status; this long without a word is a dead link. */
const SILENCE_MS = 30_000;

const DATA = 0x77;
const KEEPALIVE = 0x6b;
const DATA_HEADER_BYTES = 25;
const STATUS_BYTES = 34;
/** Milliseconds from 1970 to PostgreSQL's own epoch. */
const EPOCH_MS = 946_684_800_000;

/** What of pg's connection the replication protocol needs; it is not in pg's types. */
interface CopyBoth {
  readonly stream: { pause(): void; resume(): void; destroy(): void };
  on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): void;
  once(event: 'replicationStart', listener: () => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
}

/**
 * One walsender's stream. It confirms nothing by itself: the slot moves only to what `confirm` was given (INV-141); a
 * paused reader is not hung up on, since statuses go out all the while.
 */
export class WalLink {
  readonly #client: pg.Client;
  readonly #copy: CopyBoth;
  #events: LinkEvent[] = [];
  #bytes = 0;
  #isPaused = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;
  #confirmed: bigint;
  #heardAtMs = Date.now();
  #timer: NodeJS.Timeout | null = null;

  private constructor(client: pg.Client, from: bigint) {
    this.#client = client;
    this.#copy = (client as unknown as { readonly connection: CopyBoth }).connection;
    this.#confirmed = from;
  }

  /** Fails as `targetError` tells; a slot that another link still holds is TARGET_CONFLICT (retry). */
  static async open(options: LinkOptions): Promise<WalLink> {
    const client = await openClient(options.settings, { replication: 'database' });
    const link = new WalLink(client, options.from);
    try {
      await client.query(printedSql());
      await link.#start(options);
      return link;
    } catch (error) {
      await link.close();
      throw targetError(error, 'START_REPLICATION');
    }
  }

  async #start({ slot, publication, from }: LinkOptions): Promise<void> {
    const options = `proto_version '1', publication_names ${quoteLiteral(quoteIdent(publication))}, messages 'true'`;
    const started = new Promise<void>((resolve) => {
      this.#copy.once('replicationStart', resolve);
    });
    this.#copy.on('copyData', ({ chunk }) => this.#data(chunk));
    const ended = this.#client
      .query(`START_REPLICATION SLOT ${quoteIdent(slot)} LOGICAL ${lsnText(from)} (${options})`)
      .then(() => this.#fail(new Error('the server ended the stream')));
    ended.catch((error: unknown) => this.#fail(error));
    this.#client.on('error', (error) => this.#fail(error));
    this.#client.on('end', () => this.#fail(new Error('the connection ended')));
    await Promise.race([started, ended]);
    this.#timer = setInterval(() => this.#tick(), STATUS_MS);
  }

  /** What has come since, at least one event. Throws once the link has failed and all that came before was taken. */
  async take(): Promise<readonly LinkEvent[]> {
    while (this.#events.length === 0) {
      if (this.#failure) throw targetError(this.#failure.error, 'replication');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#events;
    this.#events = [];
    this.#bytes = 0;
    if (this.#isPaused) this.#pause(false);
    return taken;
  }

  /** Everything up to here is durable with us: the server may forget it. */
  confirm(lsn: bigint): void {
    if (lsn > this.#confirmed) this.#confirmed = lsn;
  }

  /** Tells the server what is confirmed, and ends. Never fails. */
  async close(): Promise<void> {
    if (this.#timer) {
      clearInterval(this.#timer);
      if (!this.#failure) this.#status(false);
    }
    this.#timer = null;
    this.#fail(new Error('closed'));
    // A walsender in the middle of a big transaction reads no goodbye.
    const cut = setTimeout(() => this.#copy.stream.destroy(), 1_000);
    await this.#client.end().catch(() => {});
    clearTimeout(cut);
  }

  #data(chunk: Buffer): void {
    this.#heardAtMs = Date.now();
    if (chunk[0] === DATA) {
      // pg uses its buffer again.
      const bytes = Buffer.from(chunk.subarray(DATA_HEADER_BYTES));
      this.#bytes += bytes.length;
      this.#push({ tag: 'message', bytes });
    } else if (chunk[0] === KEEPALIVE) {
      this.#push({ tag: 'alive', walEnd: chunk.readBigUInt64BE(1) });
      if (chunk[17] === 1) this.#status(false);
    }
    if (this.#bytes > BUFFER_BYTES && !this.#isPaused) this.#pause(true);
  }

  #push(event: LinkEvent): void {
    this.#events.push(event);
    this.#awake();
  }

  #pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#heardAtMs = Date.now();
    if (isPaused) this.#copy.stream.pause();
    else this.#copy.stream.resume();
  }

  #tick(): void {
    if (this.#isPaused) this.#heardAtMs = Date.now();
    if (Date.now() - this.#heardAtMs > SILENCE_MS) {
      this.#fail(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' }));
      this.#copy.stream.destroy();
    } else this.#status(true);
  }

  /** Standby status update: written, flushed and applied are one here. */
  #status(isAnswerWanted: boolean): void {
    if (this.#failure) return;
    const status = Buffer.alloc(STATUS_BYTES);
    status[0] = 0x72;
    for (const at of [1, 9, 17]) status.writeBigUInt64BE(this.#confirmed, at);
    status.writeBigInt64BE(BigInt(Date.now() - EPOCH_MS) * 1000n, 25);
    status[33] = isAnswerWanted ? 1 : 0;
    this.#copy.sendCopyFromChunk(status);
  }

  #fail(error: unknown): void {
    this.#failure ??= {
      error: hasCode(error) ? error : Object.assign(new Error('link lost'), { code: 'SLUICE_LOST' }),
    };
    this.#awake();
  }

  #awake(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

/** pg reports a broken connection by text only. */
function hasCode(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** As a replication command takes it. */
function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase();
}
