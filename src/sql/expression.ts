import type { Query } from './query.ts';
import type { Span } from './span.ts';

/** An identifier as it was meant: without quotes, doubled quotes resolved; `isQuoted` tells how it was written. */
export interface Name extends Span {
  readonly text: string;
  readonly isQuoted: boolean;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | 'div' | 'mod' | '&' | '|' | '^' | '<<' | '>>';
export type ComparisonOperator = '=' | '<=>' | '<>' | '<' | '<=' | '>' | '>=';

/**
 * An expression of MySQL or MariaDB. Exhaustive: the parser makes nothing else, every node has its span in the text.
 * Operators that mean one thing under two names (`!=`, `&&`, `RLIKE`) have one spelling here.
 */
export type Expression =
  | Literal
  | (Span & { readonly tag: 'column'; readonly parts: readonly Name[] })
  | (Span & { readonly tag: 'user-variable'; readonly name: string })
  | (Span & { readonly tag: 'system-variable'; readonly scope: string | undefined; readonly name: string })
  | (Span & { readonly tag: 'assign'; readonly target: string; readonly value: Expression })
  | (Span & {
      readonly tag: 'unary';
      readonly operator: '-' | '+' | '~' | 'not' | 'binary';
      readonly operand: Expression;
    })
  | (Span & {
      readonly tag: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Span & {
      readonly tag: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Span & {
      readonly tag: 'logical';
      readonly operator: 'and' | 'or' | 'xor';
      readonly operands: readonly Expression[];
    })
  /** `||` under PIPES_AS_CONCAT. */
  | (Span & { readonly tag: 'concat'; readonly operands: readonly Expression[] })
  | (Span & {
      readonly tag: 'is';
      readonly operand: Expression;
      readonly isNegated: boolean;
      readonly test: 'null' | 'true' | 'false' | 'unknown';
    })
  | (Span & {
      readonly tag: 'like';
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape: Expression | undefined;
      readonly isNegated: boolean;
    })
  | (Span & {
      readonly tag: 'regexp';
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly isNegated: boolean;
    })
  | (Span & { readonly tag: 'sounds-like'; readonly left: Expression; readonly right: Expression })
  | (Span & { readonly tag: 'member-of'; readonly operand: Expression; readonly array: Expression })
  | (Span & {
      readonly tag: 'between';
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly isNegated: boolean;
    })
  | (Span & {
      readonly tag: 'in';
      readonly operand: Expression;
      readonly set: readonly Expression[] | Query;
      readonly isNegated: boolean;
    })
  | (Span & {
      readonly tag: 'quantified';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly quantifier: 'any' | 'all';
      readonly query: Query;
    })
  | (Span & { readonly tag: 'exists'; readonly query: Query })
  | (Span & { readonly tag: 'subquery'; readonly query: Query })
  | (Span & { readonly tag: 'row'; readonly items: readonly Expression[] })
  /** `column -> path`, and with `isUnquoted` `column ->> path`. */
  | (Span & {
      readonly tag: 'json-path';
      readonly operand: Expression;
      readonly path: Expression;
      readonly isUnquoted: boolean;
    })
  | (Span & {
      readonly tag: 'case';
      readonly subject: Expression | undefined;
      readonly branches: readonly CaseBranch[];
      readonly otherwise: Expression | undefined;
    })
  | (Span & { readonly tag: 'collate'; readonly operand: Expression; readonly collation: string })
  | (Span & {
      readonly tag: 'cast';
      readonly operand: Expression;
      readonly type: CastType;
      /** `CAST(x AS type ARRAY)` of multi-valued indexes. */
      readonly isArray: boolean;
    })
  | (Span & { readonly tag: 'convert-charset'; readonly operand: Expression; readonly charset: string })
  /** `date + INTERVAL n unit`, DATE_ADD, DATE_SUB, and ADDDATE and SUBDATE with an interval. */
  | (Span & {
      readonly tag: 'date-shift';
      readonly operand: Expression;
      readonly isNegative: boolean;
      readonly amount: Expression;
      readonly unit: Unit;
    })
  | (Span & { readonly tag: 'extract'; readonly unit: Unit; readonly operand: Expression })
  | (Span & {
      readonly tag: 'trim';
      readonly side: 'both' | 'leading' | 'trailing';
      /** What is taken away; undefined is a blank. */
      readonly removed: Expression | undefined;
      readonly operand: Expression;
    })
  | (Span & {
      readonly tag: 'match';
      readonly columns: readonly Expression[];
      readonly against: Expression;
      /** The words behind the text: '', 'IN BOOLEAN MODE', 'WITH QUERY EXPANSION', ... */
      readonly modifier: string;
    })
  | Call
  | Aggregate
  /** `VALUES(column)` of ON DUPLICATE KEY UPDATE; MariaDB's `VALUE(column)` too. */
  | (Span & { readonly tag: 'inserted-value'; readonly column: Expression })
  /** `DEFAULT`, and with a column `DEFAULT(column)`. */
  | (Span & { readonly tag: 'default'; readonly column: Expression | undefined })
  | (Span & { readonly tag: 'placeholder'; readonly index: number })
  /** MariaDB's `NEXT VALUE FOR` and `PREVIOUS VALUE FOR` a sequence. */
  | (Span & { readonly tag: 'sequence'; readonly operation: 'next' | 'previous'; readonly parts: readonly Name[] })
  | Opaque;

/** A piece that the parser did not understand; its text is `text.slice(start, end)`. Nothing is ever dropped. */
export interface Opaque extends Span {
  readonly tag: 'opaque';
  readonly reason: string;
  /** Where the text left the grammar. */
  readonly at: Span;
}

export type Literal =
  | (Span & { readonly tag: 'null' })
  | (Span & { readonly tag: 'boolean'; readonly value: boolean })
  /** `value` as written: 12, 1.50, 1e5; without a sign. */
  | (Span & { readonly tag: 'number'; readonly form: 'integer' | 'decimal' | 'float'; readonly value: string })
  /** Escapes resolved, adjacent strings joined. `charset` is that of an introducer, `utf8mb3` for N''. */
  /** `first`: of strings side by side the first one, by which MySQL calls a result's column; MariaDB takes them all. */
  | (Span & {
      readonly tag: 'string';
      readonly value: string;
      readonly charset: string | undefined;
      readonly first?: string;
    })
  /** Digits of base 16 or 2. */
  | (Span & { readonly tag: 'hex'; readonly digits: string; readonly charset: string | undefined })
  | (Span & { readonly tag: 'bit'; readonly digits: string; readonly charset: string | undefined })
  | (Span & { readonly tag: 'temporal'; readonly kind: 'date' | 'time' | 'timestamp'; readonly value: string });

export interface CaseBranch extends Span {
  readonly when: Expression;
  readonly then: Expression;
}

/** A call by name: a built-in function or, with a schema or an unknown name, a stored one. */
export interface Call extends Span {
  readonly tag: 'call';
  /** `schema.name` or `name`; `upper` is the last part in capitals, how built-in functions are looked up. */
  readonly parts: readonly Name[];
  readonly upper: string;
  readonly args: readonly Expression[];
  /** The unit word of TIMESTAMPDIFF, TIMESTAMPADD and GET_FORMAT; or what follows USING, RETURNING in a call. */
  readonly keyword: string | undefined;
}

/** A function over rows: an aggregate, or with `over` a window function. */
export interface Aggregate extends Span {
  readonly tag: 'aggregate';
  /** In capitals, one spelling per function: COUNT, SUM, STDDEV_POP, GROUP_CONCAT, ROW_NUMBER, ... */
  readonly upper: string;
  readonly isDistinct: boolean;
  /** `COUNT(*)`. */
  readonly isStar: boolean;
  readonly args: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly separator: Expression | undefined;
  readonly limit: Limit | undefined;
  readonly isIgnoreNulls: boolean;
  readonly isFromLast: boolean;
  readonly over: WindowSpec | Name | undefined;
}

export interface WindowSpec extends Span {
  readonly base: Name | undefined;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: Frame | undefined;
}

export interface Frame extends Span {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly from: FrameBound;
  readonly to: FrameBound | undefined;
}

export interface FrameBound extends Span {
  readonly kind: 'current' | 'unbounded-preceding' | 'unbounded-following' | 'preceding' | 'following';
  readonly amount: Expression | undefined;
  /** `INTERVAL n unit` bounds have one. */
  readonly unit: Unit | undefined;
}

export interface OrderItem extends Span {
  readonly expression: Expression;
  readonly isDescending: boolean;
}

export interface Limit extends Span {
  readonly count: Expression;
  readonly offset: Expression | undefined;
}

/** `YEAR`, `DAY_HOUR`, `SQL_TSI_DAY` without its prefix; in capitals. */
export type Unit = string;

/** The type of CAST and of JSON_TABLE's columns: `name` in capitals, one spelling (`SIGNED`, `CHAR`, `DECIMAL`). */
export interface CastType extends Span {
  readonly name: string;
  /** `(10)`, `(10,2)`. */
  readonly sizes: readonly number[];
  readonly isUnsigned: boolean;
  readonly charset: string | undefined;
  readonly collation: string | undefined;
}
