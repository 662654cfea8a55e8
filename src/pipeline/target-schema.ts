import { createHash } from 'node:crypto';
import { type AfterLoad, afterLoad, type NamedStatement } from '../convert/after-load.ts';
import { createTable } from '../convert/create-table.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { ruledTable } from '../convert/ruled-table.ts';
import { scanData } from '../convert/scan.ts';
import { readCatalogue } from '../mysql/catalogue.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { targetIdentifier } from '../postgres/identifier.ts';
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
    await target.query(createTable(ruledTable(table, scope.rulesOf).table, name, options));
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
  return { ...byRule(scope), facts, extensions };
}

/** What the configuration says about names and types. */
function byRule(scope: Scope): Omit<ConvertOptions, 'facts' | 'extensions'> {
  const { dropsNotNull, targetOf, castOf } = scope;
  const columnOf = (database: string, table: string, column: string) =>
    scope.columnOf(database, table, column) ?? targetIdentifier(column);
  return { dropsNotNull, targetOf, castOf, columnOf };
}

export type AfterLoadStep = NamedStatement & { readonly kind: 'index' | 'foreign-key' };

/** Indexes and foreign keys to be made once the load is complete, in order, and what has no counterpart yet. */
export function planAfterLoad(tables: readonly CatalogueTable[], scope: Scope) {
  const options = { ...byRule(scope), facts: new Map(), extensions: [] };
  const plans = tables.flatMap((table): AfterLoad[] => {
    const name = scope.targetOf(table.version.database, table.version.table);
    if (name === null) return [];
    const ruled = ruledTable(table, scope.rulesOf);
    const plan = afterLoad(ruled.table, name, options);
    return [{ ...plan, leftOut: [...plan.leftOut, ...ruled.leftOut] }];
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
    await makeIndex(step, step.name, target);
    return;
  }
  if (!(await hasConstraint(step.target, step.name, target))) await target.query(step.statement(step.name));
  await target.query(`ALTER TABLE ${quoteTable(step.target)} VALIDATE CONSTRAINT ${quoteIdent(step.name)}`);
}

/** Index names are per table at the source and per schema here, tables' names among them: a taken one gets a hash. */
async function makeIndex(step: NamedStatement, name: string, target: PostgresSession): Promise<void> {
  const { schema, table } = step.target;
  const { rows } = await target.query(
    `SELECT x.indisvalid AS valid, t.relname = $3 AND NOT x.indisprimary AS ours
     FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace LEFT JOIN pg_index x ON x.indexrelid = i.oid
     LEFT JOIN pg_class t ON t.oid = x.indrelid WHERE n.nspname = $1 AND i.relname = $2`,
    [schema, name, table],
  );
  const [standing] = rows;
  if (standing && standing['ours'] !== 't') {
    if (name === step.name) await makeIndex(step, apartFrom(step), target);
    return;
  }
  if (standing?.['valid'] === 't') return;
  if (standing) await target.query(`DROP INDEX ${quoteIdent(schema)}.${quoteIdent(name)}`);
  await target.query(step.statement(name));
}

function apartFrom({ name, target }: NamedStatement): string {
  const hash = createHash('sha256').update(`${target.table}\0${name}`).digest('hex').slice(0, 8);
  return targetIdentifier(`${name}_${hash}`);
}

async function hasConstraint({ schema, table }: TargetName, name: string, target: PostgresSession): Promise<boolean> {
  const { rows } = await target.query(
    `SELECT 1 FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE n.nspname = $1 AND t.relname = $2 AND c.conname = $3`,
    [schema, table, name],
  );
  return rows.length > 0;
}
