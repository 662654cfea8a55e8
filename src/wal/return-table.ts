import type { ValuePolicy } from '../column/codec.ts';
import type { TableVersion } from '../contract/table.ts';

/** A table of the target as the way back carries it: in the source's names and types. */
export interface ReturnTable {
  /** The source's table, less what is not carried. */
  readonly version: TableVersion;
  /** For each of the version's columns. */
  readonly columns: readonly ReturnColumn[];
}

export interface ReturnColumn {
  /** Name on the target. */
  readonly targetName: string;
  /** COLUMN_TYPE at the source. */
  readonly columnType: string;
  /** By which its values went to the target. */
  readonly policy: ValuePolicy;
}

/** A column of a relation with its type by name. */
export interface ShapeColumn {
  readonly name: string;
  /** As `format_type` prints it. */
  readonly type: string;
  /** What its text is read as: the type beneath a domain, text for an enum, else `type`. */
  readonly valueType: string;
}

/** A table of the target as the stream says that it was when a row was written. */
export interface RelationShape {
  readonly schema: string;
  readonly table: string;
  readonly isIdentityFull: boolean;
  readonly columns: readonly ShapeColumn[];
}
