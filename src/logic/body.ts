import type { Expression, Name, Opaque } from '../sql/expression.ts';
import type { Query, TableName } from '../sql/query.ts';
import type { Span } from '../sql/span.ts';
import type { Delete, Insert, Update } from '../sql/statement.ts';
import type { DataType } from './data-type.ts';
import type { TableDefinition } from './table-definition.ts';

/** A statement of a routine's body. What did not parse is `opaque`; nothing is left out. */
export type BodyStatement =
  | Block
  | If
  | Case
  | Loop
  | (Span & { readonly tag: 'leave'; readonly label: Name })
  | (Span & { readonly tag: 'iterate'; readonly label: Name })
  | (Span & { readonly tag: 'return'; readonly value: Expression })
  | Signal
  | GetDiagnostics
  | (Span & { readonly tag: 'open'; readonly cursor: Name; readonly args: readonly Expression[] })
  | Fetch
  | (Span & { readonly tag: 'close'; readonly cursor: Name })
  | SetStatement
  | (Span & { readonly tag: 'call-procedure'; readonly procedure: TableName; readonly args: readonly Expression[] })
  | (Span & { readonly tag: 'do'; readonly values: readonly Expression[] })
  | (Span & { readonly tag: 'prepare'; readonly name: Name; readonly source: Expression })
  | (Span & { readonly tag: 'execute'; readonly name: Name; readonly using: readonly Expression[] })
  | (Span & { readonly tag: 'deallocate'; readonly name: Name })
  | (Span & { readonly tag: 'execute-immediate'; readonly source: Expression; readonly using: readonly Expression[] })
  | Transaction
  | (Span & { readonly tag: 'create-table'; readonly definition: TableDefinition })
  | (Span & {
      readonly tag: 'drop-table';
      readonly isTemporary: boolean;
      readonly isIfExists: boolean;
      readonly tables: readonly TableName[];
    })
  | (Span & { readonly tag: 'truncate'; readonly table: TableName })
  | Command
  | Query
  | Insert
  | Update
  | Delete
  | Opaque;

export interface Block extends Span {
  readonly tag: 'block';
  readonly label: Name | undefined;
  /** In the order of the text: variables and conditions, then cursors, then handlers. */
  readonly declarations: readonly Declaration[];
  readonly statements: readonly BodyStatement[];
}

export type Declaration = VariableDeclaration | ConditionDeclaration | CursorDeclaration | HandlerDeclaration | Opaque;

export interface VariableDeclaration extends Span {
  readonly tag: 'variable';
  readonly names: readonly Name[];
  readonly type: DataType;
  readonly initial: Expression | undefined;
}

export interface ConditionDeclaration extends Span {
  readonly tag: 'condition';
  readonly name: Name;
  readonly condition: Condition;
}

export interface CursorDeclaration extends Span {
  readonly tag: 'cursor';
  readonly name: Name;
  /** MariaDB's. */
  readonly parameters: readonly { readonly name: Name; readonly type: DataType }[];
  readonly query: Query | Opaque;
}

export interface HandlerDeclaration extends Span {
  readonly tag: 'handler';
  readonly action: 'continue' | 'exit';
  readonly conditions: readonly Condition[];
  readonly body: BodyStatement;
}

export type Condition =
  | (Span & { readonly tag: 'errno'; readonly errno: number })
  | (Span & { readonly tag: 'sqlstate'; readonly sqlstate: string })
  | (Span & { readonly tag: 'named'; readonly name: Name })
  | (Span & { readonly tag: 'not-found' | 'sqlexception' | 'sqlwarning' });

export interface Branch extends Span {
  readonly when: Expression;
  readonly statements: readonly BodyStatement[];
}

export interface If extends Span {
  readonly tag: 'if';
  readonly branches: readonly Branch[];
  readonly otherwise: readonly BodyStatement[] | undefined;
}

/** The statement; without a match and an ELSE it raises error 1339, SQLSTATE 20000. */
export interface Case extends Span {
  readonly tag: 'case-statement';
  readonly subject: Expression | undefined;
  readonly branches: readonly Branch[];
  readonly otherwise: readonly BodyStatement[] | undefined;
}

export interface Loop extends Span {
  readonly tag: 'loop';
  readonly label: Name | undefined;
  readonly kind:
    | { readonly tag: 'endless' }
    | { readonly tag: 'while'; readonly condition: Expression }
    | { readonly tag: 'until'; readonly condition: Expression }
    /** MariaDB's FOR: over numbers, a declared cursor, a query. */
    | {
        readonly tag: 'range';
        readonly variable: Name;
        readonly isReverse: boolean;
        readonly from: Expression;
        readonly to: Expression;
      }
    | { readonly tag: 'cursor'; readonly variable: Name; readonly cursor: Name; readonly args: readonly Expression[] }
    | { readonly tag: 'query'; readonly variable: Name; readonly query: Query };
  readonly statements: readonly BodyStatement[];
}

export interface SignalItem extends Span {
  /** In capitals: MESSAGE_TEXT, MYSQL_ERRNO, ... */
  readonly item: string;
  readonly value: Expression;
}

export interface Signal extends Span {
  readonly tag: 'signal' | 'resignal';
  /** RESIGNAL may have none. */
  readonly condition: Condition | undefined;
  readonly items: readonly SignalItem[];
}

export interface GetDiagnostics extends Span {
  readonly tag: 'get-diagnostics';
  readonly isStacked: boolean;
  /** The number of the condition; undefined asks about the statement. */
  readonly condition: Expression | undefined;
  readonly items: readonly (Span & { readonly target: Expression; readonly item: string })[];
}

export interface Fetch extends Span {
  readonly tag: 'fetch';
  /** undefined: MariaDB's FETCH GROUP NEXT ROW of an aggregate function. */
  readonly cursor: Name | undefined;
  readonly targets: readonly Expression[];
}

export interface SetStatement extends Span {
  readonly tag: 'set-variables';
  readonly assignments: readonly SetAssignment[];
}

export interface SetAssignment extends Span {
  readonly target: SetTarget;
  readonly value: Expression;
}

export type SetTarget =
  /** A local variable or parameter, `NEW.column`, a field of a row variable, or a system variable without `@@`. */
  | (Span & { readonly tag: 'name'; readonly parts: readonly Name[] })
  | (Span & { readonly tag: 'user-variable'; readonly name: string })
  /** `scope`: GLOBAL, SESSION, LOCAL, PERSIST, ... in capitals. */
  | (Span & { readonly tag: 'system-variable'; readonly scope: string | undefined; readonly name: string });

export interface Transaction extends Span {
  readonly tag: 'transaction';
  readonly act: 'start' | 'commit' | 'rollback' | 'savepoint' | 'rollback-to' | 'release';
  readonly savepoint: Name | undefined;
  /** READ ONLY, AND CHAIN, WITH CONSISTENT SNAPSHOT, ...: the words as written. */
  readonly options: readonly string[];
}

/** A statement that is known by its first words and kept as text: DDL, SHOW, LOCK TABLES, SET NAMES, ... */
export interface Command extends Span {
  readonly tag: 'command';
  /** In capitals, one to three: `ALTER TABLE`, `SHOW`, `SET NAMES`. */
  readonly words: string;
}
