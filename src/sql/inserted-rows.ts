import { exact } from './assign.ts';
import type { ChangedTable } from './changed-table.ts';
import { atom, type Fragment, quoteLiteral } from './fragment.ts';
import type { TableColumn } from './scope.ts';

/** Where rows go and what they hold. */
export interface InsertedRows {
  readonly table: ChangedTable;
  readonly columns: readonly TableColumn[];
  /** Row by row; undefined when a query gives them. */
  readonly values: readonly (readonly Fragment[])[] | undefined;
}

/** The next number of an identity or serial column. */
export function nextNumber(column: TableColumn, table: ChangedTable): string {
  const name = column.sql.replace(/^"(.*)"$/s, (_, inner: string) => inner.replaceAll('""', '"'));
  return `nextval(pg_get_serial_sequence(${quoteLiteral(table.shape.sql)}, ${quoteLiteral(name)}))`;
}

/** A value for a place where DEFAULT cannot stand, its type said; undefined when it is the default of the table. */
export function placed(value: Fragment, column: TableColumn, table: ChangedTable): Fragment | undefined {
  if (value.sql !== 'DEFAULT') return exact(value, column);
  return column.isAutoIncrement === true ? atom(nextNumber(column, table), column.type) : undefined;
}

/** An operand of a comparison with a column of the table. */
export function columnOf(table: ChangedTable, column: TableColumn): Fragment {
  return atom(`${table.name}.${column.sql}`, column.type);
}
