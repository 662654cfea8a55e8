/** Convert: the target's schema for the source's, decided by types and by the data. */
import type { ValuePolicy } from '../column/codec.ts';
import type { TargetName } from '../postgres/quote.ts';
import type { CaseRule } from '../rule/case-rule.ts';
import type { Dialect } from '../sql/dialect.ts';
import type { RulesOf } from './ruled-table.ts';
import type { ScannedFacts } from './scan.ts';

export interface ConvertOptions {
  readonly facts: ScannedFacts;
  /** True where zero dates of a NOT NULL column become NULL by rule. */
  readonly dropsNotNull: (database: string, table: string, column: string) => boolean;
  /** null: the table is not part of the pipeline. */
  readonly targetOf: (database: string, table: string) => TargetName | null;
  /** The target's name of a column that takes part. */
  readonly columnOf: (database: string, table: string, column: string) => string;
  /** PostgreSQL type that a rule casts the column to, as `format_type` prints it; null: none. */
  readonly castOf: (database: string, table: string, column: string) => string | null;
  /** How a text that the source compares without case is compared. */
  readonly caseOf: (database: string, table: string, column: string) => CaseRule;
  readonly rulesOf: RulesOf;
  readonly policyOf: (database: string, table: string, column: string) => ValuePolicy;
  /** Where objects without a table go (views, sequences). */
  readonly schemaOf: (database: string) => string;
  /** False: a table that the source divides into partitions becomes one. */
  readonly keepsPartitions: boolean;
  /** In which the source's catalogue prints expressions. */
  readonly dialect: Dialect;
  /** Extensions that the target has: `postgis`, `vector`. */
  readonly extensions: readonly string[];
}
