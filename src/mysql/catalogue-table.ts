import type { TableVersion } from '../contract/table.ts';
import type { ColumnDefault } from './column-default.ts';
import type { DescribedColumn, TableDescription } from './description.ts';

/** A table of the source as the catalogue tells it now. */
export interface CatalogueTable {
  readonly version: TableVersion;
  readonly description: TableDescription;
  readonly columns: readonly CatalogueColumn[];
  readonly indexes: readonly CatalogueIndex[];
  /** Name of the index behind the version's key; null without a usable key. */
  readonly keyIndex: string | null;
  /** This table's own foreign keys. */
  readonly foreignKeys: readonly CatalogueForeignKey[];
  /** Foreign keys of other tables (and its own) that reference this one. */
  readonly referencedBy: readonly CatalogueForeignKey[];
  readonly checks: readonly CatalogueCheck[];
  readonly triggers: number;
  readonly engine: string;
  /** MariaDB: rows have a history, of which the snapshot sees only the present. */
  readonly isSystemVersioned: boolean;
  /** The server's guess, often 20 % off; 0 when it has none. */
  readonly estimateRows: number;
  readonly estimateBytes: number;
  /** Digits; null without AUTO_INCREMENT. MySQL tells none before the first row: it is 1 then. */
  readonly nextAutoIncrement: string | null;
  readonly collation: string | null;
  readonly comment: string;
  readonly isPartitioned: boolean;
}

export interface CatalogueColumn extends DescribedColumn {
  readonly default: ColumnDefault | null;
  /** EXTRA in lower case: `auto_increment`, `on update current_timestamp()`, `invisible`. */
  readonly extra: string;
  readonly comment: string;
  /** In characters for text, in bytes for binary; null where the type has none. */
  readonly length: number | null;
  readonly charset: string | null;
  readonly collation: string | null;
  readonly generated: { readonly expression: string; readonly isStored: boolean } | null;
  readonly srid: number | null;
}

export interface CatalogueIndex {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
  readonly isVisible: boolean;
  /** `BTREE`, `HASH`, `FULLTEXT`, `SPATIAL`, ... */
  readonly type: string;
  readonly comment: string;
  readonly parts: readonly IndexPart[];
}

/** Exactly one of `column` and `expression` is set. */
export interface IndexPart {
  readonly column: string | null;
  readonly expression: string | null;
  /** In characters or bytes; null for the whole column. */
  readonly prefix: number | null;
  readonly isDescending: boolean;
}

export interface CatalogueForeignKey {
  readonly name: string;
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly parentDatabase: string;
  readonly parentTable: string;
  readonly parentColumns: readonly string[];
  /** `CASCADE`, `SET NULL`, `SET DEFAULT`, `RESTRICT`, `NO ACTION`. */
  readonly onDelete: string;
  readonly onUpdate: string;
}

export interface CatalogueCheck {
  readonly name: string;
  readonly clause: string;
  readonly isEnforced: boolean;
  /** MariaDB: written at a column, whose name is the check's name then. */
  readonly isOfColumn: boolean;
}
