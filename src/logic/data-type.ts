import type { Name } from '../sql/expression.ts';
import type { Span } from '../sql/span.ts';

/** The type of a parameter, a variable, a result or a column of a temporary table, as it is written. */
export interface DataType extends Span {
  /** In capitals, as written: `INT`, `VARCHAR`, `DOUBLE PRECISION`; `TYPE OF`, `ROW TYPE OF` and `ROW` are MariaDB's. */
  readonly name: string;
  readonly sizes: readonly number[];
  /** Members of ENUM and SET. */
  readonly members: readonly string[];
  readonly isUnsigned: boolean;
  readonly charset: string | undefined;
  readonly collation: string | undefined;
  /** Of `TYPE OF t.c` and `ROW TYPE OF t`: what it is the type of. */
  readonly anchor: readonly Name[];
  /** Of `ROW (a INT, b TEXT)`. */
  readonly fields: readonly { readonly name: Name; readonly type: DataType }[];
}
