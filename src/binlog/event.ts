import type { EventCursor } from './event-cursor.ts';

/** Type codes of binlog events (MySQL up to 42, MariaDB's own from 160). */
export const EVENT = {
  query: 2,
  stop: 3,
  rotate: 4,
  intVar: 5,
  rand: 13,
  userVar: 14,
  formatDescription: 15,
  xid: 16,
  beginLoadQuery: 17,
  executeLoadQuery: 18,
  tableMap: 19,
  writeRowsV1: 23,
  updateRowsV1: 24,
  deleteRowsV1: 25,
  incident: 26,
  heartbeat: 27,
  writeRows: 30,
  updateRows: 31,
  deleteRows: 32,
  gtid: 33,
  anonymousGtid: 34,
  xaPrepare: 38,
  partialUpdateRows: 39,
  transactionPayload: 40,
  heartbeatV2: 41,
  taggedGtid: 42,
  mariadbGtid: 162,
  startEncryption: 164,
  queryCompressed: 165,
  writeRowsCompressedV1: 166,
  updateRowsCompressedV1: 167,
  deleteRowsCompressedV1: 168,
  writeRowsCompressed: 169,
  updateRowsCompressed: 170,
  deleteRowsCompressed: 171,
} as const;

/** Events that hold nothing we need; any code beyond these and the handled ones ends the stream (INV-14). */
export const IGNORED_EVENTS: ReadonlySet<number> = new Set([
  EVENT.stop,
  28, // IGNORABLE
  29, // ROWS_QUERY: the statement's text
  35, // PREVIOUS_GTIDS
  36, // TRANSACTION_CONTEXT: group replication's certification
  37, // VIEW_CHANGE: group membership
  160, // ANNOTATE_ROWS: the statement's text
  161, // BINLOG_CHECKPOINT
  163, // GTID_LIST
]);

const ARTIFICIAL = 0x20;
/** The writer of the event promises that a reader who does not know it may skip it. */
const IGNORABLE = 0x80;
const HEADER_BYTES = 19;

export interface EventHeader {
  readonly type: number;
  /** Seconds since 1970 UTC. */
  readonly timestampS: number;
  readonly serverId: number;
  readonly sizeBytes: number;
  /** End of the event in its file, modulo 2^32; 0 where the server writes none. */
  readonly endOffset: number;
  readonly isArtificial: boolean;
  readonly isIgnorable: boolean;
}

/** Reads the common header; the cursor ends at the event's body, and its `end` excludes `checksumBytes`. */
export function readHeader(cursor: EventCursor, checksumBytes: number): EventHeader {
  const { bytes, position: at } = cursor;
  cursor.skip(HEADER_BYTES);
  const sizeBytes = bytes.readUInt32LE(at + 9);
  if (sizeBytes !== cursor.end - at) throw new RangeError(`an event of ${sizeBytes} bytes came as ${cursor.end - at}`);
  const flags = bytes.readUInt16LE(at + 17);
  cursor.end -= checksumBytes;
  if (cursor.end < cursor.position) throw new RangeError('an event without a body and checksum');
  return {
    type: bytes[at + 4] as number,
    timestampS: bytes.readUInt32LE(at),
    serverId: bytes.readUInt32LE(at + 5),
    sizeBytes,
    endOffset: bytes.readUInt32LE(at + 13),
    isArtificial: (flags & ARTIFICIAL) !== 0,
    isIgnorable: (flags & IGNORABLE) !== 0,
  };
}
