import type { Expression, Limit, Name, Opaque, OrderItem } from './expression.ts';
import type { Query, SelectItem, TableName, TableReference, With } from './query.ts';
import type { Span } from './span.ts';

/** A statement that reads or changes rows, or an opaque one. DDL and control statements are not of this folder. */
export type Statement = Query | Insert | Update | Delete | Opaque;

export interface Assignment extends Span {
  readonly column: readonly Name[];
  readonly value: Expression;
}

/** INSERT and REPLACE in all forms. */
export interface Insert extends Span {
  readonly tag: 'insert';
  readonly with: With | undefined;
  readonly isReplace: boolean;
  readonly isIgnore: boolean;
  /** LOW_PRIORITY, DELAYED, HIGH_PRIORITY. */
  readonly options: readonly string[];
  readonly table: TableName;
  readonly partitions: readonly Name[];
  readonly columns: readonly (readonly Name[])[];
  readonly source:
    | (Span & { readonly tag: 'rows'; readonly rows: readonly (readonly Expression[])[] })
    | (Span & { readonly tag: 'set'; readonly assignments: readonly Assignment[] })
    | Query;
  /** `AS new(a, b)` before ON DUPLICATE KEY. */
  readonly rowAlias: { readonly name: Name; readonly columns: readonly Name[] } | undefined;
  /** undefined: no such clause. */
  readonly onDuplicate: readonly Assignment[] | undefined;
  /** No two of its rows have the same key, as whoever knows the tables of its query has proven. */
  readonly areRowsApart?: boolean;
  readonly returning: readonly SelectItem[];
}

export interface Update extends Span {
  readonly tag: 'update';
  readonly with: With | undefined;
  readonly isIgnore: boolean;
  readonly options: readonly string[];
  readonly tables: readonly TableReference[];
  readonly assignments: readonly Assignment[];
  readonly where: Expression | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | undefined;
}

export interface Delete extends Span {
  readonly tag: 'delete';
  readonly with: With | undefined;
  readonly isIgnore: boolean;
  /** LOW_PRIORITY, QUICK. */
  readonly options: readonly string[];
  /** The tables that lose rows, by name or alias; one for the single-table form. */
  readonly targets: readonly TableName[];
  readonly tables: readonly TableReference[];
  /** `DELETE a FROM a JOIN b`, `DELETE FROM a USING a JOIN b`: false for the single-table form. */
  readonly isMulti: boolean;
  readonly where: Expression | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | undefined;
  readonly returning: readonly SelectItem[];
}
