import type { Expression, Name } from './expression.ts';
import type { Query, TableName } from './query.ts';
import type { Span } from './span.ts';

/** CREATE TABLE inside a program: nearly always a temporary one. The parser of stored programs knows more of it. */
export interface TableTree extends Span {
  readonly name: TableName;
  readonly isTemporary: boolean;
  readonly isIfNotExists: boolean;
  readonly isReplace: boolean;
  readonly columns: readonly ColumnTree[];
  readonly keys: readonly KeyTree[];
  /** ENGINE and the like, as written. */
  readonly options: Span | undefined;
  readonly like: TableName | undefined;
  readonly query: Query | undefined;
}

/** A type as it is written, its name in capitals. */
export interface TypeTree extends Span {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly members: readonly string[];
  readonly isUnsigned: boolean;
  readonly collation: string | undefined;
}

export interface ColumnTree extends Span {
  readonly name: Name;
  readonly type: TypeTree;
  readonly isNotNull: boolean;
  readonly isAutoIncrement: boolean;
  readonly key: 'primary' | 'unique' | undefined;
  readonly initial: Expression | undefined;
  readonly generated: Expression | undefined;
  readonly check: Expression | undefined;
  readonly onUpdate: Expression | undefined;
}

export interface KeyTree extends Span {
  readonly kind: 'primary' | 'unique' | 'index' | 'check' | 'foreign' | 'fulltext' | 'spatial';
  readonly columns: readonly Name[];
  /** Nothing but a list of columns. */
  readonly isPlain: boolean;
  readonly check: Expression | undefined;
}
