/** Reads the binlog of MySQL and MariaDB into changes: one link, from a position on, in source order (protocols 2). */
import { crc32 } from 'node:zlib';
import type { Change } from '../contract/change.ts';
import type { Position } from '../contract/position.ts';
import type { MysqlSettings } from '../mysql/connection.ts';
import { Assembler } from './assembler.ts';
import { retry, unreadable } from './error.ts';
import { EVENT, type EventHeader, readHeader } from './event.ts';
import { EventCursor } from './event-cursor.ts';
import { historyFrom } from './history.ts';
import { BinlogLink, type Packet } from './link.ts';
import { Outbox } from './outbox.ts';
import { payloadEvents } from './payload.ts';
import { Place } from './place.ts';
import { preflight } from './preflight.ts';
import { PreparedTransactions } from './prepared.ts';
import { type KnownTables, TableRegistry, type TableSource } from './table-registry.ts';

export interface ReadBinlogOptions extends Pick<TableSource, 'isPublished' | 'describe'> {
  readonly settings: MysqlSettings;
  /** Where to go on; null: at the source's current end, told by an Idle at once. */
  readonly from: Position | null;
  /** Replication identity of this reader; a second reader with the same one ends this one. */
  readonly serverId: number;
  readonly readerUuid: string;
  readonly heartbeatMs: number;
  /** Published tables as the catalogue has them now: what DDL changed is told by them until events tell it. */
  readonly known?: KnownTables['tables'];
  /** Rows of undecided XA transactions that are kept in memory. */
  readonly preparedLimitBytes?: number;
  readonly signal: AbortSignal;
  /** Bytes of events as they are taken from the link, for metrics. */
  readonly onRead?: (bytes: number) => void;
}

/** Row images in one batch, and an open transaction held back until it is whole. */
const BATCH_BYTES = 1 << 20;
const PREPARED_LIMIT_BYTES = 256 << 20;
const CHECKSUM_BYTES = 4;

/**
 * Changes from `from` on, in batches as the socket gives them; the end of a batch says that nothing more is pending at
 * this moment. One link: any failure ends it with a SluiceError, and the caller comes again with the last position that
 * it made durable. Ends when `signal` aborts.
 */
export async function* readBinlog(options: ReadBinlogOptions): AsyncGenerator<readonly Change[]> {
  const stream = await openStream(options);
  const { link } = stream;
  try {
    if (options.from === null) stream.assembler.idle();
    yield* pump(stream, options);
  } finally {
    link.close();
  }
}

interface Stream {
  readonly link: BinlogLink;
  readonly assembler: Assembler;
  readonly outbox: Outbox;
  readonly place: Place;
}

async function openStream(options: ReadBinlogOptions): Promise<Stream> {
  const { settings, serverId, readerUuid, heartbeatMs, signal } = options;
  const { from, head, charsets, serverIdentity } = await preflight(settings, options.from);
  const place = new Place(serverIdentity, from.coordinate);
  const outbox = new Outbox(BATCH_BYTES);
  const { isPublished, describe, known = [] } = options;
  const tables = new TableRegistry(
    { isPublished, describe, charsets, hasGeometryCharset: from.server === 'mariadb' },
    { tables: known, before: head },
  );
  const prepared = new PreparedTransactions(options.preparedLimitBytes ?? PREPARED_LIMIT_BYTES);
  const assembler = new Assembler({ history: historyFrom(from), place, tables, outbox, prepared, charsets });
  const link = new BinlogLink({ settings, serverId, readerUuid, gtids: from.resume.text, heartbeatMs, signal });
  return { link, assembler, outbox, place };
}

async function* pump(stream: Stream, options: ReadBinlogOptions): AsyncGenerator<readonly Change[]> {
  const { link, assembler, outbox } = stream;
  const events = new EventReader(stream);
  for await (const packets of link.packets()) {
    for (const packet of packets) {
      options.onRead?.(packet.end - packet.start);
      const header = events.open(packet);
      if (header.type === EVENT.transactionPayload) yield* unpack(stream, events.cursor);
      else {
        const waiting = assembler.take(events.cursor, header);
        if (waiting !== undefined) await waiting;
      }
      if (outbox.readyBytes >= BATCH_BYTES) yield outbox.take();
    }
    const batch = outbox.take();
    if (batch.length > 0) yield batch;
  }
}

/** A compressed transaction: its events have no checksums of their own, and their offsets mean nothing. */
async function* unpack({ assembler, outbox }: Stream, payload: EventCursor): AsyncGenerator<readonly Change[]> {
  const cursor = new EventCursor();
  try {
    for await (const event of payloadEvents(payload)) {
      const header = readHeader(cursor.over(event), 0);
      const waiting = assembler.take(cursor, header);
      if (waiting !== undefined) await waiting;
      if (outbox.readyBytes >= BATCH_BYTES) yield outbox.take();
    }
  } catch (error) {
    throw unreadable(error, EVENT.transactionPayload, assembler.where);
  }
}

/** Opens packets: header, checksum, and where the event ends in the binlog. */
class EventReader {
  readonly cursor = new EventCursor();
  readonly #stream: Stream;
  #checksumBytes: number | null = null;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  open({ bytes, start, end }: Packet): EventHeader {
    const { link, place, assembler } = this.#stream;
    this.#checksumBytes ??= link.hasChecksum ? CHECKSUM_BYTES : 0;
    const type = bytes[start + 4] ?? 0;
    try {
      if (type === EVENT.formatDescription) this.#checksumBytes = checksumBytesOf(bytes, end);
      const header = readHeader(this.cursor.over(bytes, start, end), this.#checksumBytes);
      if (this.#checksumBytes > 0) check(bytes, start, this.cursor.end);
      const tellsPlace = !header.isArtificial && type !== EVENT.heartbeat && type !== EVENT.heartbeatV2;
      if (tellsPlace) place.advance(header.endOffset);
      return header;
    } catch (error) {
      throw unreadable(error, type, assembler.where);
    }
  }
}

/** A FORMAT_DESCRIPTION event ends with the checksum algorithm of its file and four bytes for a checksum. */
function checksumBytesOf(bytes: Buffer, end: number): number {
  return bytes[end - CHECKSUM_BYTES - 1] === 1 ? CHECKSUM_BYTES : 0;
}

function check(bytes: Buffer, start: number, end: number): void {
  if (crc32(bytes.subarray(start, end)) === bytes.readUInt32LE(end)) return;
  throw retry(
    'SOURCE_EVENT_DAMAGED',
    'An event of the binlog came with a wrong checksum.',
    'It is read again; when it stays, check the binlog on the source with mysqlbinlog --verify-binlog-checksum.',
  );
}
