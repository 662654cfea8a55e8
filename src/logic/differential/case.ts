import type { ResultOrder } from './result-order.ts';

/**
 * This folder runs stored programs and what was made of them on both servers and compares what came of it:
 * `differ.ts` compares one program, `scratch-*.ts` are the places in which it runs.
 */

/** One thing to do on both servers: literals are those that both read alike. */
export type Case =
  /** `isDecimal`: every digit of its value counts; `isText`: every character does. */
  | {
      readonly tag: 'function';
      readonly name: string;
      readonly args: readonly string[];
      readonly isDecimal?: boolean;
      readonly isText?: boolean;
    }
  /**
   * `out` are places of OUT and INOUT parameters, `decimals` and `texts` those of them of which every digit or character
   * counts; the argument of an INOUT one is its first value.
   */
  | {
      readonly tag: 'procedure';
      readonly name: string;
      readonly args: readonly string[];
      readonly out: readonly number[];
      readonly decimals?: readonly number[];
      readonly texts?: readonly number[];
      /** In which order its result sets come. */
      readonly orders?: readonly ResultOrder[];
      readonly hasResultSets: boolean;
      /** It ends transactions, so that nothing can be held open round it. */
      readonly commits?: boolean;
    }
  /** All rows of a view, which Django reads by a model. */
  | { readonly tag: 'rows'; readonly view: string; readonly model: string }
  /** Statements of the common language, for triggers. */
  | {
      readonly tag: 'statements';
      readonly statements: readonly string[];
      /** As the target reads them, where a value has no form that both do. */
      readonly onTarget?: readonly string[];
    };

/** Rows of tables by name. */
export type TableRows = Readonly<Record<string, readonly string[]>>;

/** What came of a case: everything a caller or a later reader can see. */
export interface Outcome {
  readonly value: string | undefined;
  readonly out: readonly string[];
  /** Lines of each result set: its rows, sorted, the names of its columns, and the order that its query says. */
  readonly results: readonly (readonly string[])[];
  /** The class of the error. */
  readonly error: string | undefined;
  /** Of every table asked for, the rows that went (`- row`) and that came (`+ row`), sorted. */
  readonly tables: TableRows;
}

/** What a call gave, before the tables were looked at. */
export type Told = Pick<Outcome, 'value' | 'out' | 'results'>;

export const NOTHING: Told = { value: undefined, out: [], results: [] };

export interface SideOptions {
  /** Whether what a case changed stays for the next one; else it is undone. */
  readonly isKept: boolean;
  /** A statement that runs before each case. */
  readonly first?: string | undefined;
  /** Ends what the session runs, once a case takes too long; undefined: cases take what they take. */
  readonly interrupt?: { readonly afterMs: number; readonly now: () => Promise<void> };
  /** CHECKs of the tables' own that the target calls as it calls those that stand for types. */
  readonly rules?: ReadonlySet<string>;
}

/** The class of the error of a case that was ended because it took too long. */
export const ENDLESS = 'endless';

/** A session on one server in which cases run. */
export interface Side extends AsyncDisposable {
  /** Runs a case; after an error the database is as it was before. `tables` are those whose rows are compared. */
  run(one: Case, tables: readonly string[]): Promise<Outcome>;
  execute(statement: string): Promise<void>;
}

/** The rows that went and those that came, of every table. */
export function changesOf(before: TableRows, after: TableRows): TableRows {
  return Object.fromEntries(
    Object.entries(after).map(([table, rows]) => [table, changesOfTable(before[table] ?? [], rows)]),
  );
}

/** Equal rows are counted: a table without a key may hold one twice. */
function changesOfTable(before: readonly string[], after: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const row of before) left.set(row, (left.get(row) ?? 0) + 1);
  const came: string[] = [];
  for (const row of after) {
    const count = left.get(row) ?? 0;
    if (count > 0) left.set(row, count - 1);
    else came.push(`+ ${row}`);
  }
  const gone = [...left].flatMap(([row, count]) => Array.from({ length: count }, () => `- ${row}`));
  return [...gone, ...came];
}
