/** Column families: one file per MySQL type family owns all that is known about it (docs/types.md). */
import type { ByteWriter } from '../avro/byte-writer.ts';
import type { AvroReader } from '../avro/reader.ts';
import type { AvroWriter } from '../avro/writer.ts';
import type { Homeward } from './homeward.ts';
import type { ServerText } from './server-text.ts';

/** An Avro schema as JSON. */
export type AvroSchema = string | { readonly [attribute: string]: unknown } | readonly AvroSchema[];

/** The physical column of a table map: MySQL's type code (ENUM and SET already told apart) and its metadata word. */
export interface WireColumn {
  readonly code: number;
  /** Two metadata bytes, little endian, as the table map has them; 0 where the type has none. */
  readonly meta: number;
}

/** Reads one non-NULL cell of a rows event at the cursor and writes its Avro value. The cursor ends behind the cell. */
export type BinlogDecoder = (cell: AvroReader, out: AvroWriter) => void;

/** Writes the Avro value of one non-NULL cell of a text result set: `bytes[start, end)`. */
export type QueryDecoder = (bytes: Buffer, start: number, end: number, out: AvroWriter) => void;

/**
 * Reads one non-NULL Avro value and writes it as a field of COPY's text format, escaped. Writing `\N` is how a policy
 * makes a value NULL. Throws ValueError when the target type cannot hold the value; the cursor is then undefined.
 */
export type CopyEncoder = (value: AvroReader, out: ByteWriter) => void;

/** Reads one non-NULL Avro value and gives it as SQL of the source. */
export type SourceLiteral = (value: AvroReader) => string;

/** What to do with values that PostgreSQL cannot hold; chosen per column by the configuration (types.md). */
export interface ValuePolicy {
  /** NUL characters in text. */
  readonly nul: 'refuse' | 'strip' | 'replace';
  /** Zero and partial-zero dates: refuse (ValueError), NULL, `-infinity`, or an ISO date. */
  readonly zeroDate: string;
  /** Time zone (IANA name) that date and datetime values are of where the target's type has one; UTC when absent. */
  readonly zone?: string;
}

export const STRICT_POLICY: ValuePolicy = { nul: 'refuse', zeroDate: 'refuse' };

/** What the catalogue and a scan of the data say of a column, beyond its ColumnType; steers the target type only. */
export interface ColumnFacts {
  /** COLUMN_TYPE as information_schema prints it: `tinyint(1)`, `varchar(40)`, `bigint(20) unsigned`. */
  readonly columnType: string;
  /** tinyint(1): no value beyond 0 and 1. */
  readonly isBoolean?: boolean;
  /** bigint unsigned: every value is below 2^63, here and in every column of its foreign keys. */
  readonly fitsBigint?: boolean;
  /** enum: no row holds the '' that stands for a value that was no member. */
  readonly isNeverEmpty?: boolean;
  /** Text: the target shall compare it without case, as the source does (citext). */
  readonly isCaseFolded?: boolean;
  /** time: every value is within 00:00:00 .. 24:00:00. */
  readonly isTimeOfDay?: boolean;
  /** datetime: the zone of its values is named, so that each is an instant. */
  readonly isZoned?: boolean;
  /** Geometry: the only SRID that the column takes. */
  readonly srid?: number;
  /** Extensions of the target: `postgis`, `vector`. */
  readonly extensions?: readonly string[];
}

/** What a family asks of a column's data because the answer decides the type on the target. */
export interface DataQuestion {
  readonly fact: 'isBoolean' | 'fitsBigint' | 'isTimeOfDay';
  /** True for a column, by its COLUMN_TYPE, whose data is asked. */
  isAsked(columnType: string): boolean;
  /** SQL condition of the source over a quoted column: true for a value that breaks the assumption. */
  violation(quoted: string): string;
  /** The same of a value as the catalogue prints it. */
  breaks(text: string): boolean;
}

/** Everything about one column's type. Built once per table version by `codecOf(type)` in `family.ts`. */
export interface ColumnCodec {
  /** Schema of a non-NULL value. */
  readonly avro: AvroSchema;
  /** Moves the cursor past one non-NULL Avro value. */
  readonly skip: (value: AvroReader) => void;
  binlog(wire: WireColumn): BinlogDecoder;
  /** Expression of a SELECT whose text `query` decodes; `quoted` is the quoted column. Session: utf8mb4, +00:00. */
  select(quoted: string): string;
  readonly query: QueryDecoder;
  /** The PostgreSQL type by default, as `format_type` prints it: `character varying(40)`, `numeric(10,2)`. */
  target(facts: ColumnFacts): string;
  /** A CHECK expression over the quoted target column that keeps what the source type kept; null for none. */
  check(quoted: string, facts: ColumnFacts): string | null;
  /** Encoder into a column of this PostgreSQL type (`format_type` text); null when the type cannot take the values. */
  copy(targetType: string, policy: ValuePolicy): CopyEncoder | null;
  /**
   * Canonical text that verify compares (protocols 5): of the Avro value under a policy (null where it becomes NULL),
   * and of the target's text output (session: DateStyle ISO, IntervalStyle postgres, TimeZone UTC, extra_float_digits
   * 1, bytea_output hex). No trimming, no cut fraction; JSON by value; floats by bits.
   */
  canonicalSource(value: AvroReader, targetType: string, policy: ValuePolicy): string | null;
  canonicalTarget(text: string, targetType: string): string;
  /** The same form made by both servers in SQL, for hashes; null where rows must be read to be compared. */
  serverText(targetType: string, policy: ValuePolicy): ServerText | null;
  /**
   * The way back (INV-140): reads what PostgreSQL prints of a non-NULL value (session as in `canonicalTarget`) and writes
   * its Avro value; null as for `copy`. Throws ValueError where the Avro value cannot be it. What only the source cannot
   * hold passes, and is refused by `literal`.
   */
  fromTarget(targetType: string, home: Homeward): QueryDecoder | null;
  /**
   * SQL literal of a non-NULL value for a column of this COLUMN_TYPE at the source, in a session as
   * `stringLiteral` wants it. Throws ValueError where the server would cut, round or wrap it in silence.
   */
  literal(columnType: string): SourceLiteral;
}
