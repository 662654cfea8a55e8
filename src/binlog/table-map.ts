import type { WireColumn } from '../column/codec.ts';
import { realCode, WIRE } from '../column/wire-type.ts';
import type { EventCursor } from './event-cursor.ts';

/** A TABLE_MAP event up to its optional metadata, at which the cursor then stands. */
export interface TableMap {
  readonly database: string;
  readonly table: string;
  /** ENUM and SET told apart from CHAR and BINARY. */
  readonly columns: readonly WireColumn[];
  readonly nullable: readonly boolean[];
}

export interface TableName {
  readonly database: string;
  readonly table: string;
}

/** Names alone, the cursor behind the table id: all that is read of a table that nobody wants. */
export function readTableName(cursor: EventCursor): TableName {
  cursor.skip(2);
  const database = cursor.text(cursor.byte());
  cursor.skip(1);
  const table = cursor.text(cursor.byte());
  cursor.skip(1);
  return { database, table };
}

/** What follows the names. */
export function readColumns(cursor: EventCursor, name: TableName): TableMap {
  const count = cursor.packed();
  const codes = cursor.slice(count);
  const metadataBytes = cursor.packed();
  const metadataEnd = cursor.position + metadataBytes;
  const columns = Array.from(codes, (code) => wireColumn(cursor, code));
  if (cursor.position !== metadataEnd) throw new RangeError('column metadata of another length than it says');
  const nulls = cursor.slice(Math.ceil(count / 8));
  const nullable = columns.map((_, i) => (((nulls[i >> 3] ?? 0) >> (i & 7)) & 1) === 1);
  return { ...name, columns, nullable };
}

function wireColumn(cursor: EventCursor, code: number): WireColumn {
  const length = METADATA_BYTES.get(code) ?? 0;
  const wire = { code, meta: length === 0 ? 0 : cursor.uint(length) };
  return { code: realCode(wire), meta: wire.meta };
}

/** Bytes of metadata a type code has in a table map; none where not listed. */
const METADATA_BYTES: ReadonlyMap<number, number> = new Map([
  [WIRE.float, 1],
  [WIRE.double, 1],
  [WIRE.timestamp2, 1],
  [WIRE.datetime2, 1],
  [WIRE.time2, 1],
  [WIRE.blob, 1],
  [WIRE.blobCompressed, 1],
  [WIRE.json, 1],
  [WIRE.geometry, 1],
  [WIRE.vector, 1],
  [WIRE.varchar, 2],
  [WIRE.varcharCompressed, 2],
  [WIRE.varString, 2],
  [WIRE.bit, 2],
  [WIRE.decimal, 2],
  [WIRE.enum, 2],
  [WIRE.set, 2],
  [WIRE.string, 2],
]);
