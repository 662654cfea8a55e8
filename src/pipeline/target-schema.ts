import { type AfterLoad, afterLoad, type NamedStatement } from '../convert/after-load.ts';
import { createTable } from '../convert/create-table.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { scanData } from '../convert/scan.ts';
import { readCatalogue } from '../mysql/catalogue.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import { readTargetTable } from '../postgres/target-catalogue.ts';
import type { Scope } from './scope.ts';

/** Tables of the source that take part. */
export async function scopedTables(source: MysqlConnection, scope: Scope): Promise<readonly CatalogueTable[]> {
  const tables = await readCatalogue(source, { databases: scope.databases });
  return tables.filter(({ version }) => scope.isPublished(version.database, version.table));
}

/** Makes the target tables that are missing; those that exist are left as they are. Returns the names of the new ones. */
export async function makeTables(
  tables: readonly CatalogueTable[],
  scope: Scope,
  source: MysqlConnection,
  target: PostgresSession,
): Promise<readonly string[]> {
  const missing = [];
  for (const table of tables) {
    const name = scope.targetOf(table.version.database, table.version.table);
    if (name && (await readTargetTable(target, name)) === null) missing.push({ table, name });
  }
  if (missing.length === 0) return [];
  const options = await convertOptions(tables, scope, source, target);
  for (const { table, name } of missing) {
    await target.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(name.schema)}`);
    await target.query(createTable(table, name, options));
  }
  return missing.map(({ name }) => `${name.schema}.${name.table}`);
}

async function convertOptions(
  tables: readonly CatalogueTable[],
  scope: Scope,
  source: MysqlConnection,
  target: PostgresSession,
): Promise<ConvertOptions> {
  const facts = await scanData(tables, async (sql) => (await source.rows(sql)).map((row) => Object.values(row)));
  const { rows } = await target.query('SELECT extname FROM pg_extension');
  const extensions = rows.map((row) => row['extname'] ?? '');
  return { facts, dropsNotNull: scope.dropsNotNull, targetOf: scope.targetOf, extensions };
}

export type AfterLoadStep = NamedStatement & { readonly kind: 'index' | 'foreign-key' };

/** Indexes and foreign keys to be made once the load is complete, in order, and what has no counterpart yet. */
export function planAfterLoad(tables: readonly CatalogueTable[], scope: Scope) {
  const options = { facts: new Map(), dropsNotNull: scope.dropsNotNull, targetOf: scope.targetOf, extensions: [] };
  const plans = tables.flatMap((table): AfterLoad[] => {
    const name = scope.targetOf(table.version.database, table.version.table);
    return name ? [afterLoad(table, name, options)] : [];
  });
  const steps = (of: 'indexes' | 'foreignKeys', kind: AfterLoadStep['kind']): AfterLoadStep[] =>
    plans.flatMap((plan) => plan[of].map((step) => ({ ...step, kind })));
  return {
    indexes: steps('indexes', 'index'),
    foreignKeys: steps('foreignKeys', 'foreign-key'),
    leftOut: plans.flatMap((plan) => plan.leftOut),
  };
}

/** Makes one index or constraint unless it stands; an index that a crash left invalid is made again. */
export async function runAfterLoadStep(step: AfterLoadStep, target: PostgresSession): Promise<void> {
  if (step.kind === 'index') {
    await dropInvalidIndex(step, target);
    await target.query(step.statement);
    return;
  }
  if (!(await hasConstraint(step.target, step.name, target))) await target.query(step.statement);
  await target.query(`ALTER TABLE ${quoteTable(step.target)} VALIDATE CONSTRAINT ${quoteIdent(step.name)}`);
}

async function dropInvalidIndex({ target: { schema }, name }: NamedStatement, target: PostgresSession): Promise<void> {
  const { rows } = await target.query(
    `SELECT 1 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
     WHERE n.nspname = $1 AND i.relname = $2 AND NOT x.indisvalid`,
    [schema, name],
  );
  if (rows.length > 0) await target.query(`DROP INDEX ${quoteIdent(schema)}.${quoteIdent(name)}`);
}

async function hasConstraint({ schema, table }: TargetName, name: string, target: PostgresSession): Promise<boolean> {
  const { rows } = await target.query(
    `SELECT 1 FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE n.nspname = $1 AND t.relname = $2 AND c.conname = $3`,
    [schema, table, name],
  );
  return rows.length > 0;
}
