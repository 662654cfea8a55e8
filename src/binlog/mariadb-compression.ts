import { inflateSync } from 'node:zlib';
import type { EventCursor } from './event-cursor.ts';

const ZLIB = 0x80;
/** No event is longer than the greatest max_allowed_packet; a header that lies must not fill the memory. */
const MAX_INFLATED_BYTES = 2 ** 30;

/** What MariaDB's log_bin_compress packed up to the event's end: a header byte, the length big-endian, zlib data. */
export function inflated(cursor: EventCursor): Buffer {
  const header = cursor.byte();
  const lengthBytes = header & 0x07;
  if ((header & 0xf0) !== ZLIB || lengthBytes === 0 || lengthBytes > 4) throw new RangeError('no compressed event');
  const at = cursor.position;
  cursor.skip(lengthBytes);
  const length = cursor.bytes.readUIntBE(at, lengthBytes);
  if (length > MAX_INFLATED_BYTES) throw new RangeError(`a compressed event of ${length} bytes`);
  const result = inflateSync(cursor.slice(cursor.rest), { maxOutputLength: Math.max(length, 1) });
  if (result.length !== length) throw new RangeError('a compressed event of another length than it says');
  return result;
}
