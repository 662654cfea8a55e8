/**
 * This folder reads the stored programs of a MySQL or MariaDB server (procedures, functions, triggers, events, views),
 * tells what they do, and writes them for PostgreSQL: `parse-script.ts` makes `Program`s of a text, `inventory.ts` what
 * `sluice logic list` shows, `emit-program.ts` what `sluice logic convert` writes.
 */
import type { Dialect } from '../sql/dialect.ts';
import type { Expression, Name, Opaque } from '../sql/expression.ts';
import type { Query, TableName } from '../sql/query.ts';
import type { Span } from '../sql/span.ts';
import type { Lexed } from '../sql/token.ts';
import type { BodyStatement } from './body.ts';
import type { DataType } from './data-type.ts';

/** A user variable by which rows were numbered. */
export interface Counter {
  /** What a derived table gives it first. */
  readonly start: Expression | undefined;
  /** The statement whose values have the type that the session gave the variable before. */
  readonly unsure: Span | undefined;
}

/** A stored program as it was read. Spans of every node in it are of `lexed.text`. */
export interface Program {
  /** The statement that made it, its tokens and its comments. */
  readonly lexed: Lexed;
  readonly dialect: Dialect;
  /** The mode it was created with, which decides how it runs (strict, division by zero), as `@@sql_mode` writes it. */
  readonly sqlMode: string;
  /** The collation of its database, under which its variables are compared; undefined: not known. */
  readonly collation?: string | undefined;
  /** Where `lexed.text` begins in the file or 0: UTF-16 units. */
  readonly offset: number;
  readonly definition: Definition;
  /** User variables, in small letters, by which rows were numbered: their SETs are left, and nothing reads them. */
  readonly counters?: ReadonlyMap<string, Counter>;
  /** Every place that did not parse, in source order; empty when the server would take the text too. */
  readonly failures: readonly Opaque[];
}

export type Definition = Routine | Trigger | Event | View | UnreadProgram;

interface Named extends Span {
  readonly name: TableName;
  /** `root@localhost` without quotes; undefined when it is not said or is CURRENT_USER. */
  readonly definer: string | undefined;
  readonly isReplace: boolean;
  readonly isIfNotExists: boolean;
}

export interface Routine extends Named {
  readonly tag: 'procedure' | 'function';
  /** MariaDB's aggregate functions. */
  readonly isAggregate: boolean;
  readonly parameters: readonly Parameter[];
  readonly returns: DataType | undefined;
  readonly characteristics: Characteristics;
  readonly body: BodyStatement;
}

export interface Parameter extends Span {
  readonly mode: 'in' | 'out' | 'inout';
  readonly name: Name;
  readonly type: DataType;
  /** MariaDB from 11.8. */
  readonly initial: Expression | undefined;
}

export interface Characteristics {
  readonly comment: string | undefined;
  readonly isDeterministic: boolean;
  /** What it says of its data access; servers do not check it. */
  readonly access: 'contains' | 'none' | 'reads' | 'modifies' | undefined;
  readonly isInvoker: boolean;
  /** `SQL`, `JAVASCRIPT`. */
  readonly language: string;
}

export type TriggerEvent = 'insert' | 'update' | 'delete';

export interface Trigger extends Named {
  readonly tag: 'trigger';
  readonly time: 'before' | 'after';
  /** One; several on MariaDB from 11.8. */
  readonly events: readonly TriggerEvent[];
  readonly table: TableName;
  readonly order: { readonly place: 'follows' | 'precedes'; readonly other: Name } | undefined;
  readonly body: BodyStatement;
}

export interface Event extends Named {
  readonly tag: 'event';
  readonly schedule: Schedule;
  readonly isPreserved: boolean;
  readonly status: 'enabled' | 'disabled' | 'disabled-on-replica';
  readonly comment: string | undefined;
  readonly body: BodyStatement;
}

export type Schedule =
  | (Span & { readonly tag: 'at'; readonly moment: Expression })
  | (Span & {
      readonly tag: 'every';
      readonly amount: Expression;
      readonly unit: string;
      readonly starts: Expression | undefined;
      readonly ends: Expression | undefined;
    });

export interface View extends Named {
  readonly tag: 'view';
  readonly columns: readonly Name[];
  readonly query: Query | Opaque;
  readonly algorithm: string | undefined;
  readonly isInvoker: boolean;
  readonly check: 'cascaded' | 'local' | undefined;
}

/** A CREATE of a stored program whose head did not parse: its kind and name are known at best. */
export interface UnreadProgram extends Span {
  readonly tag: 'unread';
  readonly kind: ProgramKind | undefined;
  readonly name: TableName | undefined;
}

export type ProgramKind = 'procedure' | 'function' | 'trigger' | 'event' | 'view';
