import { type Step, stepsOf } from '../convert/step.ts';
import { readCatalogue } from '../mysql/catalogue.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteTable } from '../postgres/quote.ts';
import { readTargetTable } from '../postgres/target-catalogue.ts';
import { runStep } from './run-step.ts';
import { planSchema } from './schema-plan.ts';
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
  const missing = new Set<string>();
  for (const { version } of tables) {
    const name = scope.targetOf(version.database, version.table);
    if (name && (await readTargetTable(target, name)) === null) missing.add(quoteTable(name));
  }
  if (missing.size === 0) return [];
  const { design } = await planSchema({ source, target }, scope);
  const isWanted = (step: Step) =>
    step.kind === 'sequence' || (step.kind === 'table' && missing.has(quoteTable(step.target)));
  const steps = stepsOf(design).filter(isWanted);
  for (const step of steps) await runStep(step, target);
  return steps.filter(({ kind }) => kind === 'table').map(({ target: name }) => `${name.schema}.${name.table}`);
}
