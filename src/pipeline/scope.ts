import type { ValuePolicy } from '../column/codec.ts';
import type { Config } from '../config/config.ts';
import { caseRuleOf, castTypeOf, isIncluded, ruleOf, rulesOf } from '../config/table-filter.ts';
import { columnNameOf, targetNameOf, targetSchemaOf } from '../config/target-name.ts';
import type { TableName } from '../contract/change.ts';
import type { TargetName } from '../postgres/quote.ts';
import type { CaseRule } from '../rule/case-rule.ts';
import type { TableRules } from '../rule/row-rule.ts';

/** What the configuration says about a table: whether it takes part, under which names, with which policies. */
export interface Scope {
  readonly databases: readonly string[];
  isPublished(database: string, table: string): boolean;
  /** null: the table does not take part. */
  targetOf(database: string, table: string): TargetName | null;
  /** Where what is no table goes. */
  schemaOf(database: string): string;
  /** null: the column is left out. */
  columnOf(database: string, table: string, column: string): string | null;
  /** What is done to its rows before they go into the log; null: nothing. */
  rulesOf(database: string, table: string): TableRules | null;
  /** PostgreSQL type that a rule casts the column to; null: none. */
  castOf(database: string, table: string, column: string): string | null;
  caseOf(database: string, table: string, column: string): CaseRule;
  policyOf(database: string, table: string, column: string): ValuePolicy;
  /** Tables that the source divides into partitions are divided on the target. */
  readonly keepsPartitions: boolean;
  /** Tables of the target are made, dropped and renamed with the source's. */
  readonly makesTables: boolean;
  /** The table that this one is a schema-change tool's copy of; null for any other. */
  modelOf(database: string, table: string): TableName | null;
  /** A rule says that zero dates of this column become NULL, so the target's column must take NULL. */
  dropsNotNull(database: string, table: string, column: string): boolean;
}

export function scopeOf(config: Config): Scope {
  const { tables, source } = config;
  const isNamed = (database: string, table: string) =>
    source.databases.includes(database) && isIncluded(tables, database, table);
  const modelOf = (database: string, table: string) => {
    const model = copiedTable(table);
    return model !== null && isNamed(database, model) ? { database, table: model } : null;
  };
  const isPublished = (database: string, table: string) =>
    isNamed(database, table) || modelOf(database, table) !== null;
  return {
    databases: source.databases,
    isPublished,
    modelOf,
    keepsPartitions: config.target.keepsPartitions,
    makesTables: config.target.ddl === 'convert',
    targetOf: (database, table) => (isPublished(database, table) ? targetNameOf(config, database, table) : null),
    schemaOf: (database) => targetSchemaOf(config, database),
    columnOf: (database, table, column) => columnNameOf(config, database, ruledName(table), column),
    rulesOf: (database, table) => rulesOf(config, database, ruledName(table)),
    castOf: (database, table, column) => castTypeOf(tables, database, ruledName(table), column),
    caseOf: (database, table, column) => caseRuleOf(tables, database, ruledName(table), column),
    policyOf: (database, table, column) => policyOf(config, database, ruledName(table), column),
    dropsNotNull: (database, table, column) =>
      ruleOf(tables, database, ruledName(table))?.zeroDate.get(column) === 'null',
  };
}

/**
 * gh-ost fills `_x_gho` and pt-online-schema-change `_x_new`, then exchanges names with x. Followed like any table, so
 * that the swap needs no guess about rows; the tools' other tables (`_x_ghc`, `_x_del`, `_x_old`) are not.
 */
function copiedTable(table: string): string | null {
  return /^_(.+)_(?:gho|new)$/s.exec(table)?.[1] ?? null;
}

/** A copy is under the rules of its table: what is masked there is masked here. */
function ruledName(table: string): string {
  return copiedTable(table) ?? table;
}

/**
 * Without a rule a zero date becomes NULL (types.md). In a NOT NULL column that is refused by the target and the change
 * is set aside, so nothing turns into NULL unseen; `check` asks for the rule before.
 */
function policyOf({ tables, source }: Config, database: string, table: string, column: string): ValuePolicy {
  const rule = ruleOf(tables, database, table);
  const zeroDate = rule?.zeroDate.get(column) ?? 'null';
  const zone = source.datetimeZone;
  return { nul: rule?.nul.get(column) ?? 'refuse', zeroDate, ...(zone === null ? {} : { zone }) };
}
