import ZongJi from '@vlasky/zongji';
import type { Connection } from 'mysql2';
import { connectionOptions, type MysqlSettings } from '../mysql/connection.ts';
import { linkError, retry } from './error.ts';

export interface LinkOptions {
  readonly settings: MysqlSettings;
  /** Replication identity of this reader: a second reader with the same one takes its place at the server. */
  readonly serverId: number;
  readonly readerUuid: string;
  /** The server sends what is not in here. */
  readonly gtids: string;
  readonly heartbeatMs: number;
  readonly signal: AbortSignal;
}

/** One event as it came: `bytes[start, end)`, checksum included. */
export interface Packet {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Bytes that wait for the consumer before the socket is paused; one socket read may come on top. */
const QUEUE_BYTES = 1 << 20;
/** Seconds the server waits for a paused reader before it hangs up (INV-13). */
const WRITE_TIMEOUT_S = 86_400;
const SILENT_PERIODS = 3;

/** What zongji and mysql2 have and do not declare. */
interface RawPacket {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
  isEOF(): boolean;
}
interface RawSocket {
  readonly bytesRead: number;
}
type RawHandler = (packet: RawPacket) => RawHandler | null;
interface DumpCommand {
  start(packet: unknown, connection: unknown): unknown;
  onResult?: (error: unknown) => void;
}
type DumpClass = new (callback: unknown) => DumpCommand;

/**
 * The replication link. zongji logs in, asks for the binlog by GTID and agrees on checksums; events are taken from it
 * as raw bytes, because it decodes 64-bit numbers and times into JavaScript's.
 */
export class BinlogLink {
  readonly #zongji: ZongJi;
  readonly #options: LinkOptions;
  #queue: Packet[] = [];
  #queuedBytes = 0;
  #isPaused = false;
  #failure: unknown = null;
  #wake: (() => void) | null = null;
  #watch: NodeJS.Timeout | undefined;
  #bytesRead = 0;
  #heardAtMs = performance.now();

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#zongji = new ZongJi(connectionOptions(options.settings));
    this.#zongji.on('error', (error) => this.#fail(linkError(error)));
    this.#zongji.on('ready', () => this.#takeOver());
    options.signal.addEventListener('abort', this.#abort, { once: true });
    this.#zongji.start({ serverId: options.serverId, gtidSet: options.gtids });
    this.#prepareSession();
    this.#watch = setInterval(() => this.#checkSilence(), options.heartbeatMs);
  }

  /** Whether events carry a checksum, until a FORMAT_DESCRIPTION event says so itself. Known once packets come. */
  get hasChecksum(): boolean {
    return (this.#zongji as unknown as { readonly useChecksum: boolean }).useChecksum;
  }

  /** Packets as they come, all that wait at once; the socket is paused while too many wait. Ends with the signal. */
  async *packets(): AsyncGenerator<readonly Packet[]> {
    while (!this.#options.signal.aborted) {
      if (this.#queue.length > 0) {
        const packets = this.#queue;
        this.#queue = [];
        this.#queuedBytes = 0;
        this.#resume();
        yield packets;
      } else if (this.#failure !== null) throw this.#failure;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  close(): void {
    clearInterval(this.#watch);
    this.#options.signal.removeEventListener('abort', this.#abort);
    this.#zongji.removeAllListeners();
    // What breaks while it is being closed is of no interest.
    this.#zongji.on('error', () => undefined);
    this.#zongji.stop();
  }

  readonly #abort = (): void => this.#wakeUp();

  get #connection(): Connection | null {
    return this.#zongji.connection;
  }

  /** Statements queue up before the dump command, which zongji sends when it has asked for what it needs. */
  #prepareSession(): void {
    // mysql2 only warns of a packet out of order: bytes are missing, and what comes after must not be read.
    this.#connection?.on('warn', () => this.#fail(outOfOrder()));
    const { heartbeatMs, readerUuid } = this.#options;
    const periodNs = BigInt(heartbeatMs) * 1_000_000n;
    this.#connection?.query(
      `SET @master_heartbeat_period = ${periodNs}, @source_heartbeat_period = ${periodNs},
        @slave_uuid = '${readerUuid}', @replica_uuid = '${readerUuid}',
        SESSION net_write_timeout = ${WRITE_TIMEOUT_S}, SESSION net_read_timeout = ${WRITE_TIMEOUT_S}`,
      (error) => {
        if (error) this.#fail(linkError(error));
      },
    );
  }

  /** Puts our handler in the place of zongji's decoder; it asks for the class right after 'ready'. */
  #takeOver(): void {
    const zongji = this.#zongji as unknown as { BinlogClass: DumpClass };
    const onPacket: RawHandler = (packet) => (this.#take(packet) ? onPacket : null);
    const fail = (error: unknown) => this.#fail(linkError(error));
    zongji.BinlogClass = class extends zongji.BinlogClass {
      override onResult = fail;

      override start(packet: unknown, connection: unknown): RawHandler {
        super.start(packet, connection);
        return onPacket;
      }
    };
  }

  #take(packet: RawPacket): boolean {
    const { buffer, offset, end } = packet;
    if (packet.isEOF()) this.#fail(endOfStream());
    if (this.#failure !== null) return false;
    // The first byte only says that it is not an error.
    this.#queue.push({ bytes: buffer, start: offset + 1, end });
    this.#queuedBytes += end - offset;
    if (this.#queuedBytes > QUEUE_BYTES) this.#pause();
    this.#wakeUp();
    return true;
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#connection?.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#heardAtMs = performance.now();
    this.#connection?.resume();
  }

  /** A link that a network broke without a word looks like a quiet one, but for the heartbeats (INV-15). */
  #checkSilence(): void {
    const { bytesRead } = (this.#connection as unknown as { readonly stream?: RawSocket } | null)?.stream ?? {
      bytesRead: 0,
    };
    if (bytesRead !== this.#bytesRead || this.#isPaused) this.#heardAtMs = performance.now();
    this.#bytesRead = bytesRead;
    if (performance.now() - this.#heardAtMs > SILENT_PERIODS * this.#options.heartbeatMs) this.#fail(silent());
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

function silent(): Error {
  return retry(
    'SOURCE_LINK_SILENT',
    'The source sent neither a change nor a heartbeat for three heartbeat periods.',
    'Nothing to do when it comes back by itself; otherwise look at the server and the network between.',
  );
}

function outOfOrder(): Error {
  return retry(
    'SOURCE_CONNECTION_LOST',
    'A packet of the source came out of order.',
    'It is read again; when it stays, look at what stands between sluice and the source.',
  );
}

function endOfStream(): Error {
  return retry(
    'SOURCE_BINLOG_UNREADABLE',
    'The source ended its binlog stream.',
    'Nothing to do when it comes back by itself; otherwise look into the error log of the source.',
  );
}
