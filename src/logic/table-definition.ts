import type { Name } from '../sql/expression.ts';
import type { ColumnTree, KeyTree, TableTree } from '../sql/temporary-table.ts';
import type { DataType } from './data-type.ts';

/** CREATE TABLE inside a stored program, or of a script: the tree of `sql/` with all that types and keys say. */
export interface TableDefinition extends TableTree {
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly KeyDefinition[];
}

export interface ColumnDefinition extends ColumnTree {
  readonly type: DataType;
}

export interface KeyDefinition extends KeyTree {
  readonly name: Name | undefined;
}
