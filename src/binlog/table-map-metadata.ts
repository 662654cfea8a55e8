import type { WireColumn } from '../column/codec.ts';
import { WIRE, type WireMetadata } from '../column/wire-type.ts';
import type { EventCursor } from './event-cursor.ts';
import type { Charsets } from './query-event.ts';

/** What `binlog_row_metadata=FULL` adds to a table map; `names` is null where the server wrote less. */
export interface FullMetadata {
  readonly names: readonly string[] | null;
  readonly columns: readonly WireMetadata[];
  /** Indexes of the primary key's columns, in key order; empty without one. */
  readonly primaryKey: readonly number[];
}

/** SIGNEDNESS has one bit for each of these, YEAR included. */
const NUMERIC: ReadonlySet<number> = new Set([
  WIRE.tiny,
  WIRE.short,
  WIRE.int24,
  WIRE.long,
  WIRE.longlong,
  WIRE.decimal,
  WIRE.float,
  WIRE.double,
  WIRE.year,
]);

/** What the server's own metadata depends on. */
export interface MetadataSource {
  readonly charsets: Charsets;
  /** MariaDB: its geometry is a blob with a character set. */
  readonly hasGeometryCharset: boolean;
}

/** The charset fields have one entry for each of these, binary ones included; MySQL's vector is a blob as well. */
const TEXTUAL: ReadonlySet<number> = new Set([
  WIRE.vector,
  WIRE.varchar,
  WIRE.varString,
  WIRE.string,
  WIRE.blob,
  WIRE.blobCompressed,
  WIRE.varcharCompressed,
]);

interface Draft {
  names: string[] | null;
  primaryKey: number[];
  readonly isTextual: (code: number) => boolean;
  readonly unsigned: boolean[];
  readonly collations: (number | undefined)[];
  readonly members: (Buffer[] | undefined)[];
}

/** Reads the optional metadata, the cursor behind the null bits. Fields that are not known are skipped. */
export function readMetadata(
  cursor: EventCursor,
  columns: readonly WireColumn[],
  { charsets, hasGeometryCharset }: MetadataSource,
): FullMetadata {
  const isTextual = (code: number) => TEXTUAL.has(code) || (hasGeometryCharset && code === WIRE.geometry);
  const draft: Draft = { names: null, primaryKey: [], isTextual, unsigned: [], collations: [], members: [] };
  const { end } = cursor;
  while (cursor.position < end) {
    const field = cursor.byte();
    const length = cursor.packed();
    const next = cursor.position + length;
    if (next > end) throw new RangeError('a metadata field beyond the end of its event');
    cursor.end = next;
    FIELDS.get(field)?.(cursor, columns, draft);
    cursor.end = end;
    cursor.position = next;
  }
  const { names, primaryKey } = draft;
  if (names && names.length !== columns.length) throw new RangeError('column names of another count than columns');
  return { names, primaryKey, columns: columns.map((_, i) => wireMetadata(draft, i, charsets)) };
}

function wireMetadata({ unsigned, collations, members }: Draft, i: number, charsets: Charsets): WireMetadata {
  const collation = collations[i];
  const charset = collation === undefined ? null : charsets.get(collation);
  if (charset === undefined) throw new RangeError(`no character set is known for collation ${collation}`);
  return { unsigned: unsigned[i] ?? false, charset, members: members[i] ?? null };
}

const isNumeric = (code: number) => NUMERIC.has(code);
const isEnum = (code: number) => code === WIRE.enum;
const isSet = (code: number) => code === WIRE.set;
const isEnumOrSet = (code: number) => isEnum(code) || isSet(code);

function readNames(cursor: EventCursor, draft: Draft): void {
  draft.names = [];
  while (cursor.rest > 0) draft.names.push(cursor.text(cursor.packed()));
}

function readKey(cursor: EventCursor, { primaryKey }: Draft, hasPrefixes: boolean): void {
  while (cursor.rest > 0) {
    primaryKey.push(cursor.packed());
    if (hasPrefixes) cursor.packed();
  }
}

/** The first column in the highest bit. */
function readBits(cursor: EventCursor, indexes: readonly number[], target: boolean[]): void {
  const bits = cursor.slice(Math.ceil(indexes.length / 8));
  for (const [i, column] of indexes.entries()) target[column] = ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0;
}

/** The most frequent collation, then pairs of place and collation for the columns that have another. */
function readDefaultCharset(cursor: EventCursor, indexes: readonly number[], target: (number | undefined)[]): void {
  const usual = cursor.packed();
  for (const column of indexes) target[column] = usual;
  while (cursor.rest > 0) {
    const column = indexes[cursor.packed()];
    const collation = cursor.packed();
    if (column === undefined) throw new RangeError('a character set for a column that is not there');
    target[column] = collation;
  }
}

function readCharsets(cursor: EventCursor, indexes: readonly number[], target: (number | undefined)[]): void {
  for (const column of indexes) target[column] = cursor.packed();
}

function readMembers(cursor: EventCursor, indexes: readonly number[], target: (Buffer[] | undefined)[]): void {
  for (const column of indexes) {
    const count = cursor.packed();
    const members: Buffer[] = [];
    for (let i = 0; i < count; i++) members.push(Buffer.from(cursor.slice(cursor.packed())));
    target[column] = members;
  }
}

type FieldReader = (cursor: EventCursor, columns: readonly WireColumn[], draft: Draft) => void;

/** By MySQL's Optional_metadata_field_type. */
const FIELDS: ReadonlyMap<number, FieldReader> = new Map<number, FieldReader>([
  [1, (cursor, columns, draft) => readBits(cursor, indexesOf(columns, isNumeric), draft.unsigned)],
  [2, (cursor, columns, draft) => readDefaultCharset(cursor, indexesOf(columns, draft.isTextual), draft.collations)],
  [3, (cursor, columns, draft) => readCharsets(cursor, indexesOf(columns, draft.isTextual), draft.collations)],
  [4, (cursor, _, draft) => readNames(cursor, draft)],
  [5, (cursor, columns, draft) => readMembers(cursor, indexesOf(columns, isSet), draft.members)],
  [6, (cursor, columns, draft) => readMembers(cursor, indexesOf(columns, isEnum), draft.members)],
  [8, (cursor, _, draft) => readKey(cursor, draft, false)],
  [9, (cursor, _, draft) => readKey(cursor, draft, true)],
  [10, (cursor, columns, draft) => readDefaultCharset(cursor, indexesOf(columns, isEnumOrSet), draft.collations)],
  [11, (cursor, columns, draft) => readCharsets(cursor, indexesOf(columns, isEnumOrSet), draft.collations)],
]);

function indexesOf(columns: readonly WireColumn[], isMeant: (code: number) => boolean): number[] {
  return columns.flatMap(({ code }, i) => (isMeant(code) ? [i] : []));
}
