import type { TargetName } from '../postgres/quote.ts';
import type { InventoryEntry } from './inventory.ts';

/**
 * The target as it should be: a plain value, made from the source's catalogue, the data's facts and the configuration.
 * `statement.ts` turns it into SQL, `prove.ts` asks PostgreSQL about it, `diff.ts` compares it with what stands.
 * SQL texts in it name columns of the target, quoted; names are unquoted.
 */
export interface SchemaDesign {
  /** Sorted by schema and name. */
  readonly tables: readonly TableDesign[];
  readonly sequences: readonly SequenceDesign[];
  /** In an order in which each stands on earlier ones only. */
  readonly views: readonly ViewDesign[];
  /** Objects without a piece above: left out, excluded, or part of another one. */
  readonly others: readonly InventoryEntry[];
}

/** A piece of the design carries the object that it stands for, so that a piece which is refused can be listed. */
export interface Piece {
  readonly entry: InventoryEntry;
}

export interface TableDesign extends Piece {
  readonly name: TargetName;
  readonly columns: readonly ColumnDesign[];
  readonly key: KeyDesign | null;
  readonly checks: readonly CheckDesign[];
  readonly indexes: readonly IndexDesign[];
  readonly foreignKeys: readonly ForeignKeyDesign[];
  readonly onUpdates: readonly OnUpdateDesign[];
  readonly comments: readonly CommentDesign[];
  readonly identity: IdentityDesign | null;
  /** null: one table with all rows. */
  readonly partitions: PartitionsDesign | null;
}

export interface PartitionsDesign extends Piece {
  /** `RANGE ("a", "b")`. */
  readonly by: string;
  readonly parts: readonly PartitionDesign[];
}

export interface PartitionDesign {
  /** In the table's schema. */
  readonly name: string;
  /** `FOR VALUES ...` or `DEFAULT`. */
  readonly rule: string;
}

export interface ColumnDesign extends Piece {
  readonly name: string;
  /** As `format_type` prints it. */
  readonly type: string;
  readonly isNotNull: boolean;
  readonly default: ExpressionDesign | null;
  /** Stored; a generated column has no default. */
  readonly generated: ExpressionDesign | null;
}

export interface ExpressionDesign extends Piece {
  readonly sql: string;
}

export interface KeyDesign extends Piece {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface CheckDesign extends Piece {
  readonly name: string;
  readonly sql: string;
  /** Part of the column's type (the members of an ENUM), so that it is made with the table. */
  readonly isOfType: boolean;
}

export interface IndexDesign extends Piece {
  readonly name: string;
  readonly isUnique: boolean;
  readonly method: 'btree' | 'gin' | 'gist';
  /** Each a quoted column or an expression in parentheses, with DESC where it is descending. */
  readonly parts: readonly string[];
  readonly comment: string;
  /** Beside the key or index whose entry it has, which stays as it is: the same over small letters. */
  readonly isBeside?: boolean;
}

export interface ForeignKeyDesign extends Piece {
  readonly name: string;
  readonly columns: readonly string[];
  readonly parent: TargetName;
  readonly parentColumns: readonly string[];
  /** `CASCADE`, `SET NULL`, `SET DEFAULT`, `RESTRICT`, `NO ACTION`. */
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** Sets a column to the time of the statement when a row changes and the statement leaves the column alone. */
export interface OnUpdateDesign extends Piece {
  /** Of the trigger function, in the table's schema. */
  readonly name: string;
  /** Counts such columns of the table, from 1. */
  readonly order: number;
  readonly column: string;
  /** The time, with as many digits as MySQL gives it. */
  readonly now: string;
}

/** Comment of the table where `column` is null. */
export interface CommentDesign extends Piece {
  readonly column: string | null;
  readonly text: string;
}

export interface IdentityDesign extends Piece {
  readonly column: string;
  /** The number that the source would give next: digits. */
  readonly next: string;
  /** The sequence that the column's default calls where its type is no integer; null: an identity. */
  readonly sequence: TargetName | null;
}

export interface SequenceDesign extends Piece {
  readonly name: TargetName;
  readonly start: string;
  readonly least: string;
  readonly greatest: string;
  readonly increment: string;
  readonly cache: string;
  readonly isCycling: boolean;
  readonly next: string;
}

export interface ViewDesign extends Piece {
  readonly name: TargetName;
  readonly sql: string;
}

/** Every entry of a design. */
export function entriesOf(design: SchemaDesign): readonly InventoryEntry[] {
  const pieces: readonly Piece[] = [...design.tables.flatMap(tablePieces), ...design.sequences, ...design.views];
  return [...pieces.map(({ entry }) => entry), ...design.others];
}

export function tablePieces(table: TableDesign): readonly Piece[] {
  const { columns, key, checks, indexes, foreignKeys, onUpdates, comments, identity, partitions } = table;
  const expressions = columns.flatMap((column) => [column.default, column.generated]);
  const single = [...expressions, key, identity, partitions].filter((piece) => piece !== null);
  // What stands for a type is told by the column's own entry.
  const own = [...checks.filter(({ isOfType }) => !isOfType), ...indexes.filter(({ isBeside }) => !isBeside)];
  return [table, ...columns, ...single, ...own, ...foreignKeys, ...onUpdates, ...comments];
}
