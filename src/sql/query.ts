import type { CastType, Expression, Limit, Name, OrderItem, WindowSpec } from './expression.ts';
import type { Span } from './span.ts';

/** A query with all that stands around its body: common table expressions, order, limit, locks, target. */
export interface Query extends Span {
  readonly tag: 'query';
  readonly with: With | undefined;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | undefined;
  readonly locks: readonly Lock[];
  readonly into: Into | undefined;
}

export type QueryBody =
  | Select
  | SetOperation
  | (Span & { readonly tag: 'values'; readonly rows: readonly (readonly Expression[])[] })
  | (Span & { readonly tag: 'table'; readonly name: TableName })
  /** A query in parentheses with an order or a limit of its own. */
  | Query;

/** Left to right; INTERSECT, which binds closer, is an operation inside an operand. */
export interface SetOperation extends Span {
  readonly tag: 'set-operation';
  readonly first: QueryBody;
  readonly rest: readonly SetOperand[];
}

export interface SetOperand extends Span {
  readonly operator: 'union' | 'intersect' | 'except';
  readonly isAll: boolean;
  readonly body: QueryBody;
}

export interface With extends Span {
  readonly isRecursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface CommonTable extends Span {
  readonly name: Name;
  readonly columns: readonly Name[];
  readonly query: Query;
}

export interface Select extends Span {
  readonly tag: 'select';
  readonly isDistinct: boolean;
  /** STRAIGHT_JOIN, SQL_CALC_FOUND_ROWS, HIGH_PRIORITY, ...: in capitals, as written. */
  readonly options: readonly string[];
  readonly items: readonly SelectItem[];
  readonly from: readonly TableReference[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly OrderItem[];
  readonly isRollup: boolean;
  readonly having: Expression | undefined;
  readonly windows: readonly (Span & { readonly name: Name; readonly spec: WindowSpec })[];
}

export type SelectItem =
  | (Span & {
      readonly tag: 'item';
      readonly expression: Expression;
      readonly alias: Name | undefined;
      /** A text or a user variable takes it, which keeps the digits that the value has. */
      readonly isKept?: boolean;
    })
  /** `*`, `t.*`, `s.t.*`. */
  | (Span & { readonly tag: 'star'; readonly qualifier: readonly Name[] });

export type TableName = Span & { readonly parts: readonly Name[] };

export type TableReference =
  | (Span & {
      readonly tag: 'base';
      readonly name: TableName;
      readonly alias: Name | undefined;
      readonly partitions: readonly Name[];
      /** `USE INDEX (...)` and the like, as written. */
      readonly hints: readonly Span[];
      /** MariaDB's `FOR SYSTEM_TIME ...`, as written. */
      readonly systemTime: Span | undefined;
    })
  | (Span & {
      readonly tag: 'derived';
      readonly query: Query;
      readonly isLateral: boolean;
      readonly alias: Name | undefined;
      readonly columns: readonly Name[];
    })
  | Join
  | JsonTable
  /** `(a, b)` and `(a JOIN b ON x)`: what stood in parentheses. */
  | (Span & { readonly tag: 'list'; readonly tables: readonly TableReference[] });

export interface Join extends Span {
  readonly tag: 'join';
  readonly kind: 'inner' | 'cross' | 'left' | 'right' | 'straight';
  readonly isNatural: boolean;
  readonly left: TableReference;
  readonly right: TableReference;
  readonly on: Expression | undefined;
  readonly using: readonly Name[];
}

export interface JsonTable extends Span {
  readonly tag: 'json-table';
  readonly document: Expression;
  readonly path: Expression;
  readonly columns: readonly JsonColumn[];
  readonly alias: Name | undefined;
}

export type JsonColumn =
  | (Span & { readonly tag: 'ordinality'; readonly name: Name })
  | (Span & {
      readonly tag: 'path';
      readonly name: Name;
      readonly type: CastType;
      readonly path: Expression;
      readonly isExists: boolean;
      readonly onEmpty: JsonFallback | undefined;
      readonly onError: JsonFallback | undefined;
    })
  | (Span & { readonly tag: 'nested'; readonly path: Expression; readonly columns: readonly JsonColumn[] });

export type JsonFallback = 'null' | 'error' | Expression;

/** FOR UPDATE, FOR SHARE, LOCK IN SHARE MODE. */
export interface Lock extends Span {
  readonly strength: 'update' | 'share';
  readonly tables: readonly Name[];
  readonly wait: 'nowait' | 'skip-locked' | 'wait' | undefined;
}

/** INTO variables; OUTFILE and DUMPFILE keep their text alone. */
export interface Into extends Span {
  readonly targets: readonly IntoTarget[];
  readonly file: Span | undefined;
}

export type IntoTarget =
  | (Span & { readonly tag: 'user-variable'; readonly name: string })
  | (Span & { readonly tag: 'local'; readonly parts: readonly Name[] });
