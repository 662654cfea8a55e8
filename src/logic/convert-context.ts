import type { TextRule, ValueType } from '../sql/value-type.ts';
import type { Catalogue } from './catalogue.ts';
import type { PgType } from './pg-type.ts';
import type { Program } from './program.ts';
import type { SessionVariables } from './session-variable.ts';
import type { SharedNumbers } from './shared-number.ts';

/** How a stored routine is called on the target. */
export interface Signature {
  readonly sql: string;
  readonly parameters: readonly { readonly mode: 'in' | 'out' | 'inout'; readonly type: PgType | undefined }[];
  /** Of a function. */
  readonly returns: ValueType | undefined;
  readonly hasResultSets: boolean;
}

/** What a conversion knows beside the program itself. */
export interface ConvertContext {
  readonly catalogue: Catalogue;
  /** Routines that the target has or will have, by name in small letters. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** Procedures that programs of the source call, by name in small letters. */
  readonly called: ReadonlySet<string>;
  /** Procedures that may fail behind rows that they wrote and did not undo, by name in small letters. */
  readonly keeping: ReadonlySet<string>;
  /** Tables with the events that set triggers off: `sale update`. */
  readonly triggered: ReadonlySet<string>;
  /** Programs that run another one which may raise 01000 (1265), for which no handler of SQLEXCEPTION waits. */
  readonly truncated: ReadonlySet<Program>;
  /** Who asks for numbers of rows that another program got. */
  readonly numbers: SharedNumbers;
  /** User variables that a program has of another one, or of the application. */
  readonly sessionVariables: SessionVariables;
  readonly textRule: TextRule;
  /** Session time zone of the source's application, as PostgreSQL names it. */
  readonly timeZone: string;
  /** Schema of the target, for search_path. */
  readonly schema: string;
  readonly nameOf: (program: Program) => string;
}
