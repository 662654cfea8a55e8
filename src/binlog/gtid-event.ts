import type { MysqlGtid } from '../position/mysql.ts';
import type { EventCursor } from './event-cursor.ts';

export interface GtidEvent {
  readonly gtid: MysqlGtid;
  /** Microseconds since 1970 UTC; null in events of servers before 8.0. */
  readonly committedAtUs: bigint | null;
}

const LOGICAL_CLOCK = 2;
const HAS_ORIGINAL = 1n << 55n;

/** GTID_LOG_EVENT. Of two commit times the original one: a replica as source shows how old the change really is. */
export function readGtid(cursor: EventCursor): GtidEvent {
  cursor.skip(1);
  const source = uuidText(cursor.slice(16));
  const gtid = { source, number: cursor.uint64() };
  if (cursor.rest < 17 + 7 || cursor.byte() !== LOGICAL_CLOCK) return { gtid, committedAtUs: null };
  cursor.skip(16);
  const immediate = uint56(cursor);
  if ((immediate & HAS_ORIGINAL) === 0n) return { gtid, committedAtUs: immediate || null };
  const original = uint56(cursor);
  return { gtid, committedAtUs: original || immediate & ~HAS_ORIGINAL || null };
}

/**
 * GTID_TAGGED_LOG_EVENT (MySQL 8.3): one message of fields in ascending order, each `id value`, absent ones omitted;
 * every number in a variable length whose first byte tells by its low ones how many follow.
 */
export function readTaggedGtid(cursor: EventCursor): GtidEvent {
  const start = cursor.position;
  if (varint(cursor) !== 1n) throw new RangeError('a tagged GTID event of an unknown version');
  cursor.end = Math.min(cursor.end, start + Number(varint(cursor)));
  varint(cursor); // the last field that must be understood
  const fields = new Map<bigint, bigint | Buffer>();
  while (cursor.rest > 0) {
    const id = varint(cursor);
    fields.set(id, fieldValue(cursor, id));
  }
  const [uuid, tag] = [fields.get(FIELD.uuid), fields.get(FIELD.tag)];
  if (!Buffer.isBuffer(uuid)) throw new RangeError('a tagged GTID event without a source');
  const name = Buffer.isBuffer(tag) && tag.length > 0 ? `:${tag.toString('latin1').toLowerCase()}` : '';
  return {
    gtid: { source: `${uuidText(uuid)}${name}`, number: signed(fields.get(FIELD.number)) },
    committedAtUs: unsigned(fields.get(FIELD.original)) || unsigned(fields.get(FIELD.immediate)) || null,
  };
}

/** Ids of Gtid_event's fields (mysql/binlog/event/control_events.h). */
const FIELD = { uuid: 1n, number: 2n, tag: 3n, immediate: 6n, original: 7n } as const;

function fieldValue(cursor: EventCursor, id: bigint): bigint | Buffer {
  if (id === FIELD.uuid) return Buffer.from(Array.from({ length: 16 }, () => Number(varint(cursor))));
  if (id === FIELD.tag) return Buffer.from(cursor.slice(Number(varint(cursor))));
  return varint(cursor);
}

function varint(cursor: EventCursor): bigint {
  const first = cursor.byte();
  const extra = trailingOnes(first);
  if (extra === 8) return cursor.uint64();
  let rest = 0n;
  for (let i = 0; i < extra; i++) rest |= BigInt(cursor.byte()) << BigInt(8 * i);
  return (BigInt(first) >> BigInt(extra + 1)) | (rest << BigInt(7 - extra));
}

function trailingOnes(byte: number): number {
  let count = 0;
  while (count < 8 && (byte >> count) & 1) count++;
  return count;
}

function unsigned(value: bigint | Buffer | undefined): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

/** Non-negative values are doubled. */
function signed(value: bigint | Buffer | undefined): bigint {
  return unsigned(value) >> 1n;
}

function uint56(cursor: EventCursor): bigint {
  const low = cursor.uint(4);
  return BigInt(cursor.uint(3)) * 0x100000000n + BigInt(low);
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
