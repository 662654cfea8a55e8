import type { Expression, Name } from '../sql/expression.ts';
import type { Query, TableName } from '../sql/query.ts';
import type { Span } from '../sql/span.ts';
import type { DataType } from './data-type.ts';

/** CREATE TABLE inside a stored program: nearly always a temporary one. */
export interface TableDefinition extends Span {
  readonly name: TableName;
  readonly isTemporary: boolean;
  readonly isIfNotExists: boolean;
  readonly isReplace: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly KeyDefinition[];
  /** ENGINE, CHARSET and the like, as written. */
  readonly options: Span | undefined;
  /** `LIKE other`. */
  readonly like: TableName | undefined;
  /** `AS SELECT ...`. */
  readonly query: Query | undefined;
}

export interface ColumnDefinition extends Span {
  readonly name: Name;
  readonly type: DataType;
  readonly isNotNull: boolean;
  readonly isAutoIncrement: boolean;
  readonly key: 'primary' | 'unique' | undefined;
  readonly initial: Expression | undefined;
  readonly generated: Expression | undefined;
  readonly check: Expression | undefined;
  readonly onUpdate: Expression | undefined;
}

export interface KeyDefinition extends Span {
  readonly kind: 'primary' | 'unique' | 'index' | 'check' | 'foreign' | 'fulltext' | 'spatial';
  readonly name: Name | undefined;
  readonly columns: readonly Name[];
  /** Prefix lengths or expressions make it more than a list of columns. */
  readonly isPlain: boolean;
  readonly check: Expression | undefined;
}
