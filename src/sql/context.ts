import type { Expression } from './expression.ts';
import type { FindingCode } from './finding.ts';
import type { Fragment } from './fragment.ts';
import type { Query } from './query.ts';
import type { Scope, TableColumn } from './scope.ts';
import type { Span } from './span.ts';

/** What a rule gets to work with: translations of its parts, the scope, and a place for findings. */
export interface Context {
  readonly scope: Scope;
  /** The part as it is: a condition stays PostgreSQL's boolean. */
  readonly fragment: (expression: Expression) => Fragment;
  /** A subquery in parentheses; the type is that of its one column. */
  readonly query: (query: Query) => Fragment & { readonly columns: readonly TableColumn[] };
  /** A view of the same translation in which other names are known. */
  readonly within: (scope: Scope) => Context;
  /** A view in which a part may be translated otherwise; undefined leaves it to its rule. */
  readonly intercept: (replace: Replace) => Context;
  /** A translation whose findings are dropped: to compare, not to give. */
  readonly silently: (expression: Expression) => Fragment;
  /** Adds a finding. After a `blocked` one no SQL is given, whatever the rule returns. */
  readonly report: (code: FindingCode, span: Span, reason: string) => void;
}

export type Replace = (part: Expression, context: Context) => Fragment | undefined;
