import { targetColumnName, targetIdentifier } from '../postgres/identifier.ts';
import type { TargetName } from '../postgres/quote.ts';
import type { Config } from './config.ts';
import { ruleOf } from './table-filter.ts';

/** Where a table of the source goes: one database into `target.schema`, several each into a schema of its own name. */
export function targetNameOf(config: Config, database: string, table: string): TargetName {
  const renamed = ruleOf(config.tables, database, table)?.rename ?? table;
  return { schema: targetSchemaOf(config, database), table: targetIdentifier(renamed) };
}

export function targetSchemaOf({ source, target }: Config, database: string): string {
  return source.databases.length === 1
    ? (target.schema ?? 'public')
    : (target.schemas.get(database) ?? targetIdentifier(database));
}

/** The target's name of a column; null: a rule leaves it out. */
export function columnNameOf({ tables }: Config, database: string, table: string, column: string): string | null {
  const rule = ruleOf(tables, database, table);
  return rule?.exclude.includes(column) ? null : targetColumnName(rule?.columns.get(column) ?? column);
}

/** Schemas that take the tables. */
export function schemasOf(config: Config): readonly string[] {
  return config.source.databases.map((database) => targetSchemaOf(config, database));
}
