import type { Dialect } from './dialect.ts';
import type { Name } from './expression.ts';
import type { TextOrder, TextRule, ValueType } from './value-type.ts';

/** A column or a variable as the target has it. */
export interface Resolved {
  /** Quoted where needed, qualified where the caller wants it so. */
  readonly sql: string;
  readonly type: ValueType;
}

/** A stored function of the source as the target has it. */
export interface StoredFunction extends Resolved {
  /** Of its parameters, in their order; undefined where a type has no counterpart. PostgreSQL finds a function by them. */
  readonly parameters: readonly (ValueType | undefined)[];
}

/** A table of the source as the target has it. */
export interface TableShape {
  /** Quoted, with its schema where it needs one. */
  readonly sql: string;
  /** By the name the source gives, in the order of `*`. */
  readonly columns: readonly TableColumn[];
  /** Names of the columns of the primary key, or empty. */
  readonly key: readonly string[];
  /**
   * The columns of every other unique key, by the source's names; an empty list stands for a key over expressions or
   * prefixes. Undefined: not known, so that what depends on it is a finding.
   */
  readonly uniques?: readonly (readonly string[])[];
}

export interface TableColumn extends Resolved {
  readonly name: string;
  /** NULL and 0 are replaced by the next number when a row is inserted. */
  readonly isAutoIncrement?: boolean;
  /** A row without a value for it gets NULL: nullable, and without another default. */
  readonly isNullByDefault?: boolean;
  /** A row must give it a value: NOT NULL, and without a default, which an ENUM has by itself. */
  readonly isRequired?: boolean;
  /** What an ENUM that is NOT NULL begins with where a row gives it nothing, in every mode: its first member. */
  readonly firstMember?: string;
  /** Characters that a text may have; undefined: any number. */
  readonly lengthChars?: number;
  /** Fewer numbers than an INT of the source: TINYINT, SMALLINT, MEDIUMINT, and none below 0. */
  readonly isNarrow?: boolean;
  /** The members of an ENUM or a SET in their order. */
  readonly members?: readonly string[];
}

/** What the server keeps of the session's last statement. */
export type Diagnostic = 'LAST_INSERT_ID' | 'ROW_COUNT' | 'FOUND_ROWS';

/** What a translation knows of its surroundings. All values are plain: the caller makes it from its catalogue. */
export interface Scope {
  readonly dialect: Dialect;
  /** A column of the table at hand, a parameter, a variable; undefined when there is none of this name. */
  readonly resolve: (parts: readonly Name[]) => Resolved | undefined;
  /** A table that a query may read; undefined when it is not known. */
  readonly table: (parts: readonly Name[]) => TableShape | undefined;
  /** A stored function of the source that the target has under this name; undefined when it has none. */
  readonly routine: (parts: readonly Name[]) => StoredFunction | undefined;
  /** How two texts are compared when no column tells: the source's connection collation. */
  readonly textRule: TextRule;
  /** Whether blanks at the end of texts count when no column tells: they do not under a PAD SPACE collation. */
  readonly ignoresBlanks?: boolean;
  /** How texts are put in order when no column tells; undefined: not known. */
  readonly textOrder?: TextOrder | undefined;
  /** A collation of the target, by its name, under which upper() and lower() know more letters than its database does. */
  readonly caseCollation?: string | undefined;
  /** ICU's root collation, as the target names it; undefined: it has none. */
  readonly orderCollation?: string | undefined;
  /** The session time zone of the source's application, as PostgreSQL names it: `UTC`, `Europe/Vienna`. */
  readonly timeZone: string;
  /**
   * A variable or parameter of the program around; as on MySQL it hides a column of its name. Asked for bare names, with
   * the value printed so that the target does not take it for a column.
   */
  readonly variable?: (name: string) => Resolved | undefined;
  /** `@name`, printed as the caller keeps it. Without the hook, or where it gives undefined, the name is blocked. */
  readonly userVariable?: (name: string) => Resolved | undefined;
  /** `@@scope.name`, likewise. */
  readonly systemVariable?: (name: string, scope: string | undefined) => Resolved | undefined;
  /** LAST_INSERT_ID(), ROW_COUNT(), FOUND_ROWS() without an argument, likewise. */
  readonly diagnostic?: (name: Diagnostic) => Resolved | undefined;
  /** A division by 0 is an error, as in a statement that writes under ERROR_FOR_DIVISION_BY_ZERO; else NULL. */
  readonly isDivisionChecked?: boolean;
  /** A text that is no number whole is an error, as where strict mode stores a value; else it is what it begins with. */
  readonly isNumberChecked?: boolean;
  /** An unsigned result that MySQL refuses is refused, where no function of ours may be called too; else it is a finding. */
  readonly isUnsignedChecked?: boolean;
  /** A handler of the program waits for rows whose key is there already: which those are depends on how texts are compared. */
  readonly isDuplicateAwaited?: boolean;
  /** A handler of the program tells a text that begins with a number from one that does not: 1265 from 1366. */
  readonly isTextAwaited?: boolean;
  /** Functions of our own may be called (`sluice_...`): the caller makes them on the target. */
  readonly hasHelpers?: boolean;
  /** Those of JSON may be called (`sluice_json_...`), also where others may not. */
  readonly hasJsonHelpers?: boolean;
  /** The expression goes into an index or a generated column, where PostgreSQL takes immutable functions alone. */
  readonly mustBeImmutable: boolean;
}

/** ICU's root collation, which every PostgreSQL that was built with ICU has. */
export const ROOT_COLLATION = 'und-x-icu';

/** A scope without any column: what is true of an expression of literals. */
export function emptyScope(dialect: Dialect): Scope {
  const none = (): undefined => undefined;
  return {
    dialect,
    resolve: none,
    table: none,
    routine: none,
    textRule: 'lower',
    timeZone: 'UTC',
    mustBeImmutable: false,
  };
}

/** The scope of a value that is stored: under the strict modes a division by 0 and a text that is no number are errors. */
export function storing(scope: Scope): Scope {
  const { isDivisionChecked, isStrict } = scope.dialect.mode;
  return { ...scope, isDivisionChecked, isNumberChecked: isStrict };
}
