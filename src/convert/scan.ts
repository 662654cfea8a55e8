import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';

/** Runs one SELECT at the source and gives its rows as text; null is SQL's NULL. */
export type SourceQuery = (sql: string) => Promise<readonly (readonly (string | null)[])[]>;

/** What the data of one column says about the type it needs; false until proven by the scan. */
export interface DataFacts {
  readonly isBoolean: boolean;
  readonly fitsBigint: boolean;
  readonly isTimeOfDay: boolean;
}

/** Key: `database\0table\0column`. */
export type ScannedFacts = ReadonlyMap<string, DataFacts>;

export function columnKey(database: string, table: string, column: string): string {
  return `${database}\0${table}\0${column}`;
}

/** What is asked of a column's data because the answer decides its type. */
export type Question = 'isBoolean' | 'fitsBigint' | 'isTimeOfDay';

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
  const asked = table.columns.flatMap((column) => {
    const question = questionOf(column.columnType);
    const isKnown = facts.has(columnKey(database, name, column.name));
    return question && !isKnown ? [{ name: column.name, question, given: column.default }] : [];
  });
  if (asked.length === 0) return;
  const list = asked
    .map(({ name: column, question }) => `MAX(${violation(quoteIdentifier(column), question)})`)
    .join(', ');
  const rows = await query(`SELECT ${list} FROM ${quoteTable(table.version)}`);
  asked.forEach(({ name: column, question, given }, index) => {
    const isBroken = Number(rows[0]?.[index] ?? 0) !== 0;
    facts.set(columnKey(database, name, column), answered(question, isBroken, given));
  });
}

/** The fact of a column: `isBroken` when a row breaks it; the default is a value that rows will have. */
export function answered(question: Question, isBroken: boolean, given: CatalogueColumn['default']): DataFacts {
  const holds = !isBroken && !(given?.kind === 'literal' && breaks(given.text, question));
  return { isBoolean: false, fitsBigint: false, isTimeOfDay: false, [question]: holds };
}

/** null: the data does not decide the type of such a column. */
export function questionOf(columnType: string): Question | null {
  if (columnType.startsWith('tinyint(1)') && !columnType.includes('zerofill')) return 'isBoolean';
  if (/^bigint\b.*unsigned/.test(columnType)) return 'fitsBigint';
  return /^time\b/.test(columnType) && !columnType.startsWith('timestamp') ? 'isTimeOfDay' : null;
}

/** SQL condition of the source over a quoted column: true for a value that breaks the assumption. */
export function violation(column: string, question: Question): string {
  switch (question) {
    case 'isBoolean':
      return `${column} NOT IN (0, 1)`;
    case 'fitsBigint':
      return `${column} > 9223372036854775807`;
    case 'isTimeOfDay':
      return `(${column} < '00:00:00' OR ${column} >= '24:00:00')`;
  }
}

function breaks(text: string, question: Question): boolean {
  switch (question) {
    case 'isBoolean':
      return text !== '0' && text !== '1';
    case 'fitsBigint':
      return BigInt(text) > 9_223_372_036_854_775_807n;
    case 'isTimeOfDay':
      return !/^([01]\d|2[0-3]):/.test(text);
  }
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
