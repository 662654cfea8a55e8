import type { DataQuestion } from '../column/codec.ts';
import { BOOLEAN_QUESTION } from '../column/integer.ts';
import { TIME_QUESTION } from '../column/time.ts';
import { BIGINT_QUESTION } from '../column/unsigned-bigint.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';

/** Runs one SELECT at the source and gives its rows as text; null is SQL's NULL. */
export type SourceQuery = (sql: string) => Promise<readonly (readonly (string | null)[])[]>;

/** What the data of one column says about the type it needs; false until proven by the scan. */
export interface DataFacts {
  readonly isBoolean: boolean;
  readonly fitsBigint: boolean;
  readonly isTimeOfDay: boolean;
  /** Geometry that stands without the source's SRID, as DDL and former versions made it. */
  readonly takesAnySrid?: boolean;
}

/** Key: `database\0table\0column`. */
export type ScannedFacts = ReadonlyMap<string, DataFacts>;

export function columnKey(database: string, table: string, column: string): string {
  return `${database}\0${table}\0${column}`;
}

/** What is asked of a column's data because the answer decides its type. */
export type Question = DataQuestion['fact'];

/**
 * Asks the data, one aggregate SELECT a table, only where the answer decides a type: tinyint(1), bigint unsigned, time.
 * Columns tied by foreign keys get the weaker answer of the group, so that keys and references keep one type. What is
 * `known` is not asked and stays as it is.
 */
export async function scanData(
  tables: readonly CatalogueTable[],
  query: SourceQuery,
  known: ScannedFacts = new Map(),
): Promise<ScannedFacts> {
  const facts = new Map<string, DataFacts>(known);
  for (const table of tables) await scanTable(table, query, facts);
  agreeAcrossForeignKeys(tables, facts);
  return new Map([...facts, ...known]);
}

async function scanTable(table: CatalogueTable, query: SourceQuery, facts: Map<string, DataFacts>): Promise<void> {
  const { database, table: name } = table.version;
  const columns = table.columns.flatMap((column) => {
    const question = questionOf(column.columnType);
    const isKnown = facts.has(columnKey(database, name, column.name));
    return question && !isKnown ? [{ name: column.name, question, given: column.default }] : [];
  });
  if (columns.length === 0) return;
  const list = columns
    .map(({ name: column, question }) => `MAX(${violation(quoteIdentifier(column), question)})`)
    .join(', ');
  const rows = await query(`SELECT ${list} FROM ${quoteTable(table.version)}`);
  columns.forEach(({ name: column, question, given }, index) => {
    const isBroken = Number(rows[0]?.[index] ?? 0) !== 0;
    facts.set(columnKey(database, name, column), answered(question, isBroken, given));
  });
}

/** The fact of a column: `isBroken` when a row breaks it; the default is a value that rows will have. */
export function answered(question: Question, isBroken: boolean, given: CatalogueColumn['default']): DataFacts {
  const holds = !isBroken && !(given?.kind === 'literal' && asked(question).breaks(given.text));
  return { isBoolean: false, fitsBigint: false, isTimeOfDay: false, [question]: holds };
}

/** Each family's own question, by the fact that it decides. */
const QUESTIONS: readonly DataQuestion[] = [BOOLEAN_QUESTION, BIGINT_QUESTION, TIME_QUESTION];

/** null: the data does not decide the type of such a column. */
export function questionOf(columnType: string): Question | null {
  return QUESTIONS.find((one) => one.isAsked(columnType))?.fact ?? null;
}

/** SQL condition of the source over a quoted column: true for a value that breaks the assumption. */
export function violation(column: string, question: Question): string {
  return asked(question).violation(column);
}

function asked(question: Question): DataQuestion {
  const found = QUESTIONS.find(({ fact }) => fact === question);
  if (found === undefined) throw new TypeError(`no family asks ${question}`);
  return found;
}

/** Weakens until nothing changes: a reference and what it references keep the same answer. */
export function agreeAcrossForeignKeys(tables: readonly CatalogueTable[], facts: Map<string, DataFacts>): void {
  const pairs = tables.flatMap(referencePairs);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const [child, parent] of pairs) {
      const a = facts.get(child);
      const b = facts.get(parent);
      if (!a || !b) continue;
      const both = {
        isBoolean: a.isBoolean && b.isBoolean,
        fitsBigint: a.fitsBigint && b.fitsBigint,
        isTimeOfDay: a.isTimeOfDay && b.isTimeOfDay,
      };
      if (JSON.stringify(both) === JSON.stringify(a) && JSON.stringify(both) === JSON.stringify(b)) continue;
      facts.set(child, both);
      facts.set(parent, both);
      isChanged = true;
    }
  }
}

function referencePairs({ foreignKeys }: CatalogueTable): [string, string][] {
  return foreignKeys.flatMap((key) =>
    key.columns.map((column, index): [string, string] => [
      columnKey(key.database, key.table, column),
      columnKey(key.parentDatabase, key.parentTable, key.parentColumns[index] ?? ''),
    ]),
  );
}
