import type { BinlogCoordinate, Position } from './position.ts';
import type { TableVersion } from './table.ts';

/**
 * Everything that crosses a stage, in source order. A row's image is the Avro record of its columns, in column order,
 * encoded once where the row is read and never re-encoded: null for a nullable column is the union branch 0.
 * Stages pass `readonly Change[]` so that a single row costs no await.
 */
export type Change = Begin | RowChange | Truncate | SchemaChange | Commit | Mark | Idle;

/** Opens a source transaction. Rows between Begin and Commit become visible together or not at all (INV-1). */
export interface Begin {
  readonly tag: 'begin';
  /** The source's GTID text; null where the server has none. */
  readonly gtid: string | null;
  /** Commit time at the source in microseconds since 1970 UTC; second precision where the server tells no more. */
  readonly committedAtUs: bigint;
  /**
   * Present when XA COMMIT decided the transaction: its rows may still be unseen by a consistent snapshot that stands
   * behind it (protocols 3).
   */
  readonly isXa?: true;
  /** Where the transaction starts in the binlog of the server that was read; null where there is no binlog. */
  readonly coordinate: BinlogCoordinate | null;
}

/** Debezium's letters: create, update, delete, read (snapshot). */
export type RowOperation = 'c' | 'u' | 'd' | 'r';

export interface RowChange {
  readonly tag: 'row';
  readonly op: RowOperation;
  readonly table: TableVersion;
  /** Full row image before the change; null for c and r. */
  readonly before: Uint8Array | null;
  /** Full row image after the change; null for d. */
  readonly after: Uint8Array | null;
  /** Avro record of the key columns: of `after`, or of `before` for a delete. null for a table without a key. */
  readonly key: Uint8Array | null;
  /** Only on an update that moved the row to another key: the key it had. */
  readonly oldKey: Uint8Array | null;
  /**
   * True when the source applied foreign key actions for this event that it did not log as rows of the child: the rows
   * event has neither NO_FOREIGN_KEY_CHECKS (0x02) nor USE_SQL_FOREIGN_KEY (0x10) (protocols 4).
   */
  readonly cascades: boolean;
  /** Ahead of the rules alone: its images are what these leave, read from the target, which has nothing else. */
  readonly isRuled?: true;
}

export interface Truncate {
  readonly tag: 'truncate';
  readonly table: TableVersion;
}

/** DDL is a signal, never parsed for decoding (style 10). `before` is null for a new table, `after` for a dropped one. */
export interface SchemaChange {
  readonly tag: 'schema';
  readonly database: string;
  readonly table: string;
  readonly statement: string;
  readonly before: TableVersion | null;
  readonly after: TableVersion | null;
  /**
   * What the statement may have done to values of existing rows without row events, in words that end a sentence about
   * the table ("may have cut what is longer in column name"); absent where it surely did nothing to them.
   */
  readonly rewrites?: string;
  /**
   * What the statement says that it does to columns, in its order; absent where it was not understood whole. A witness,
   * never enough by itself: it must explain how the one shape became the other (decisions/0008).
   */
  readonly acts?: readonly ColumnAct[];
  /** A RENAME put the table that was called this under the name; `before` is that table's version then. */
  readonly was?: TableName;
  /** A RENAME gave the table that stood under the name this other name. */
  readonly to?: TableName;
  /** COLUMN_TYPE by column, as the catalogue had it when the statement was read: lengths, which `after` does not tell. */
  readonly columnTypes?: Readonly<Record<string, string>>;
}

export interface TableName {
  readonly database: string;
  readonly table: string;
}

export type ColumnAct =
  | { readonly act: 'add'; readonly column: string; readonly value: OldRowValue }
  | { readonly act: 'drop'; readonly column: string }
  /** `to` differs where the column was renamed; its type may have changed too where `isDefined`. */
  | { readonly act: 'change'; readonly column: string; readonly to: string; readonly isDefined: boolean }
  | { readonly act: 'default'; readonly column: string };

/** What existing rows hold in a new column: a literal, what the type has for nothing said, or something not told here. */
export type OldRowValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'null' }
  | { readonly kind: 'number' | 'string'; readonly text: string }
  | { readonly kind: 'unknown' };

/** Closes a source transaction; the stream's position moves only here (INV-2). */
export interface Commit {
  readonly tag: 'commit';
  readonly position: Position;
  readonly committedAtUs: bigint;
}

/**
 * Stands only between transactions. Puts entries into (null: removes from) the log's state map, durable and visible
 * together with the rows before it (INV-3): chunk done-marks, tables in the stream, load complete.
 */
export interface Mark {
  readonly tag: 'mark';
  readonly state: ReadonlyMap<string, string | null>;
}

/** The stream has nothing more to say now: position reached, and when the source was asked. Between transactions only. */
export interface Idle {
  readonly tag: 'idle';
  readonly position: Position;
  /** Milliseconds since 1970 UTC at which the server's silence or heartbeat was seen. */
  readonly seenAtMs: number;
}
