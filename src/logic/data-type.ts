import type { Name } from '../sql/expression.ts';
import type { TypeTree } from '../sql/temporary-table.ts';

/**
 * The type of a parameter, a variable, a result or a column of a temporary table, as it is written. `TYPE OF`,
 * `ROW TYPE OF` and `ROW` are MariaDB's; `members` those of ENUM and SET.
 */
export interface DataType extends TypeTree {
  readonly charset: string | undefined;
  /** Of `TYPE OF t.c` and `ROW TYPE OF t`: what it is the type of. */
  readonly anchor: readonly Name[];
  /** Of `ROW (a INT, b TEXT)`. */
  readonly fields: readonly { readonly name: Name; readonly type: DataType }[];
}
