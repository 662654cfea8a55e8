/** A column's type as both the table map of an event and the catalogue tell it: enough to choose the log's type. */
export type ColumnType =
  | { readonly kind: 'integer'; readonly bytes: 1 | 2 | 3 | 4 | 8; readonly unsigned: boolean }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'float' }
  | { readonly kind: 'double' }
  | { readonly kind: 'bit'; readonly bits: number }
  /** char, varchar and the text types; `charset` is MySQL's name (`utf8mb4`, `latin1`). */
  | { readonly kind: 'text'; readonly charset: string }
  /** binary(n): the binlog strips trailing zero bytes, `bytes` says how far to pad back. */
  | { readonly kind: 'binary'; readonly bytes: number }
  /** varbinary and the blob types. */
  | { readonly kind: 'blob' }
  | { readonly kind: 'enum'; readonly members: readonly string[] }
  | { readonly kind: 'set'; readonly members: readonly string[] }
  | { readonly kind: 'json' }
  | { readonly kind: 'date' }
  /** `fraction` is the number of digits after the second, 0..6. */
  | { readonly kind: 'datetime'; readonly fraction: number }
  | { readonly kind: 'timestamp'; readonly fraction: number }
  | { readonly kind: 'time'; readonly fraction: number }
  | { readonly kind: 'year' }
  | { readonly kind: 'geometry' }
  | { readonly kind: 'vector' }
  /** MariaDB only; the table map shows binary bytes, the catalogue tells which (protocols 1). */
  | { readonly kind: 'uuid' }
  | { readonly kind: 'inet4' }
  | { readonly kind: 'inet6' };

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** VIRTUAL and STORED generated columns: in the log like any other, never written to a generated target column. */
  readonly generated?: boolean;
  /**
   * Generated, and the server leaves it out of the images of UPDATE and DELETE: always NULL in the log, and never
   * written. Only a generated column of the target has its value.
   */
  readonly unlogged?: boolean;
}

export type CascadeAction = 'cascade' | 'set-null' | 'set-default';

/** A foreign key of another table that acts on its rows when a row of this table is deleted or its key changes. */
export interface Cascade {
  readonly childDatabase: string;
  readonly childTable: string;
  /** Column names, pairwise: child.childColumns[i] references this.parentColumns[i]. */
  readonly childColumns: readonly string[];
  readonly parentColumns: readonly string[];
  /** null: RESTRICT or NO ACTION, which never removes or changes a child. */
  readonly onDelete: CascadeAction | null;
  readonly onUpdate: CascadeAction | null;
}

/**
 * A table as it was when a change was written: columns from the event, what the event does not tell (secondary unique
 * keys, cascades, MariaDB's own types) from the catalogue, read once per version and kept with it (protocols 1, 2).
 */
export interface TableVersion {
  readonly database: string;
  readonly table: string;
  readonly columns: readonly Column[];
  /** Indexes into `columns` of the primary key, else of a unique NOT NULL key; empty without a usable key. */
  readonly key: readonly number[];
  /** Each secondary unique key as indexes into `columns`. */
  readonly uniques: readonly (readonly number[])[];
  readonly cascades: readonly Cascade[];
  /**
   * Bytes of `JSON.stringify` of all fields above, in this order; equal text means equal version. Serves as map key.
   * Made by `tableVersion()` only.
   */
  readonly fingerprint: string;
}

/** Makes a TableVersion; the only place that computes `fingerprint`. */
export function tableVersion(fields: Omit<TableVersion, 'fingerprint'>): TableVersion {
  const { database, table, columns, key, uniques, cascades } = fields;
  const fingerprint = JSON.stringify({ database, table, columns, key, uniques, cascades });
  return { database, table, columns, key, uniques, cascades, fingerprint };
}
