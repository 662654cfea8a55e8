import { EVENT, type EventHeader } from './event.ts';
import type { EventCursor } from './event-cursor.ts';

export interface Heartbeat {
  readonly file: string;
  readonly offset: number;
  /** false: `offset` is modulo 2^32. */
  readonly isExact: boolean;
}

const FIELD = { end: 0, file: 1, offset: 2 } as const;

/** What the server says while its binlog has nothing more: where it ends. */
export function readHeartbeat(cursor: EventCursor, header: EventHeader): Heartbeat {
  if (header.type === EVENT.heartbeatV2) return readFields(cursor);
  if (header.endOffset !== 0) return { file: cursor.text(cursor.rest), offset: header.endOffset, isExact: false };
  // MariaDB past 4 GiB: the header's offset is 0 and the real one stands before the name.
  const offset = Number(cursor.uint64());
  return { file: cursor.text(cursor.rest), offset, isExact: true };
}

function readFields(cursor: EventCursor): Heartbeat {
  let file = '';
  let offset = 0;
  for (let field = cursor.packed(); field !== FIELD.end; field = cursor.packed()) {
    const length = cursor.packed();
    const next = cursor.position + length;
    if (field === FIELD.file) file = cursor.text(length);
    else if (field === FIELD.offset) offset = cursor.packed();
    cursor.skip(next - cursor.position);
  }
  return { file, offset, isExact: true };
}
