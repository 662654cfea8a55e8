import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { stop } from './error.ts';
import type { EventCursor } from './event-cursor.ts';

const FIELD = { end: 0, size: 1, compression: 2 } as const;
const ZSTD = 0;
const NONE = 255;

/** The events inside a TRANSACTION_PAYLOAD event (MySQL 8.0.20), unpacked as a stream: a payload may be large. */
export async function* payloadEvents(cursor: EventCursor): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of unpacked(cursor)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let size = sizeAt(bytes, at); size !== null; size = sizeAt(bytes, at)) {
      yield bytes.subarray(at, at + size);
      at += size;
    }
    rest = bytes.subarray(at);
  }
  if (rest.length > 0) throw new RangeError('a payload that ends inside an event');
}

/** Size of the event that starts here; null when it is not here as a whole. */
function sizeAt(bytes: Buffer, at: number): number | null {
  if (bytes.length - at < 19) return null;
  const size = bytes.readUInt32LE(at + 9);
  if (size < 19) throw new RangeError('a payload with an event that is too short');
  return bytes.length - at < size ? null : size;
}

function unpacked(cursor: EventCursor): AsyncIterable<Buffer> {
  let compression = ZSTD;
  for (let field = cursor.packed(); field !== FIELD.end; field = cursor.packed()) {
    const length = cursor.packed();
    const next = cursor.position + length;
    if (field === FIELD.compression) compression = cursor.packed();
    cursor.skip(next - cursor.position);
  }
  const packed = cursor.slice(cursor.rest);
  if (compression === NONE) return Readable.from([packed]);
  if (compression !== ZSTD) throw new RangeError(`a payload of compression ${compression}`);
  if (typeof zlib.createZstdDecompress !== 'function') throw cannotUnpack();
  return Readable.from([packed]).pipe(zlib.createZstdDecompress()) as AsyncIterable<Buffer>;
}

function cannotUnpack(): Error {
  return stop(
    'SOURCE_COMPRESSED_TRANSACTION',
    'The source compresses transactions in its binlog, and this Node.js cannot read zstd.',
    'Run sluice with Node.js 22.15 or later, or SET GLOBAL binlog_transaction_compression = OFF and `sluice run --resync`.',
  );
}
