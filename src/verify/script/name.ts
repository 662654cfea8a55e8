import type { ValuePolicy } from '../../column/codec.ts';
import type { TableName } from '../../contract/change.ts';
import type { TargetName } from '../../postgres/quote.ts';

/** How things of the source are called on the target, and what the rules do to them. */
export interface ColumnNames {
  /** As both scripts print the table. */
  labelOf(table: TableName): string;
  /** null: no part of the pipeline, or not there on the target. */
  targetOf(table: TableName): TargetName | null;
  /** null: left out. */
  columnOf(table: TableName, column: string): string | null;
  /** Why the values of the two sides are not to be compared; null: they are. */
  hiddenOf(table: TableName, column: string): string | null;
  policyOf(table: TableName, column: string): ValuePolicy;
}
