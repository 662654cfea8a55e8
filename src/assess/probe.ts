/**
 * Assess: what a migration of this source will take, as plain values. Probes ask the data, findings tell what it means,
 * the report and its page tell people. It reads the source only, and never faster than its throttle allows.
 */
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdentifier } from '../mysql/identifier.ts';

/** Stable names of what is looked for in the data; docs/operate/assess.md explains each. */
export type RuleName =
  | 'zero-date'
  | 'nul'
  | 'not-boolean'
  | 'beyond-bigint'
  | 'not-time-of-day'
  | 'invalid-text'
  | 'double-encoded'
  | 'orphan'
  | 'orphan-guess'
  | 'reference-spelling'
  | 'spelling-groups'
  | 'unique-spelling'
  | 'json-text'
  | 'uuid-text'
  | 'empty-enum'
  | 'sentinel-date'
  | 'auto-increment-end';

/** A question to every row of a table; all probes of a table are answered by one aggregate SELECT a chunk. */
export interface Probe {
  readonly rule: RuleName;
  readonly columns: readonly string[];
  /** SQL over the columns of `t`, true for a row that the rule is about. */
  readonly condition: string;
  /** Set where the rule is about all values or none: true for a row that has a value. */
  readonly among?: string;
  /** What the rule compares with: `customer (id)`. */
  readonly reference?: string;
}

/** The largest value of an expression over all rows. */
export interface Measure {
  readonly column: string;
  readonly expression: string;
  readonly unit: 'characters' | 'bytes';
}

/** A column as probes name it: the table's alias is `t` in every statement of the scan. */
export function inRow(column: Pick<CatalogueColumn, 'name'>): string {
  return `t.${quoteIdentifier(column.name)}`;
}

/** What the scan is to ask of a table, and of which of its columns. */
export interface Subject {
  readonly table: CatalogueTable;
  /** Those that reach the target as they are: neither left out nor masked. */
  readonly columns: readonly CatalogueColumn[];
  /** Every readable table of the databases, for references. */
  readonly all: readonly CatalogueTable[];
}
