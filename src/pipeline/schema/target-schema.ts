import { SluiceError } from '../../contract/error.ts';
import type { InventoryEntry } from '../../convert/inventory.ts';
import { type Step, stepsOf } from '../../convert/step.ts';
import { readCatalogue } from '../../mysql/catalogue.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import type { TableName } from '../../mysql/identifier.ts';
import { readTableNames } from '../../mysql/table-name.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable } from '../../postgres/quote.ts';
import { readTargetTable } from '../../postgres/target-catalogue.ts';
import type { Scope } from '../scope.ts';
import { runStep } from './make-step.ts';
import { planSchema } from './plan.ts';

/** Tables of the source that take part. */
export async function scopedTables(source: MysqlConnection, scope: Scope): Promise<readonly CatalogueTable[]> {
  const tables = await readCatalogue(source, { databases: scope.databases });
  return tables.filter(({ version }) => scope.isPublished(version.database, version.table));
}

/** Their names alone. */
export async function scopedNames(source: MysqlConnection, scope: Scope): Promise<readonly TableName[]> {
  const names = await readTableNames(source, scope.databases);
  return names.filter(({ database, table }) => scope.isPublished(database, table));
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
  const { design, inventory } = await planSchema({ source, target }, scope);
  const lost = inventory.entries.filter((entry) => {
    const name = entry.kind === 'table' ? scope.targetOf(entry.database, entry.name) : null;
    return entry.outcome === 'left-out' && name !== null && missing.has(quoteTable(name));
  });
  if (lost.length > 0) throw tablesImpossible(lost);
  const isWanted = (step: Step) =>
    step.kind === 'sequence' || (step.kind === 'table' && missing.has(quoteTable(step.target)));
  const steps = stepsOf(design).filter(isWanted);
  for (const step of steps) await runStep(step, target);
  return steps.filter(({ kind }) => kind === 'table').map(({ target: name }) => `${name.schema}.${name.table}`);
}

/** TARGET_TABLE_IMPOSSIBLE: tables that take part cannot stand on the target; nothing was made. */
function tablesImpossible(lost: readonly InventoryEntry[]): SluiceError {
  const told = lost.map(({ database, name, reason }) => `${database}.${name} (${reason})`);
  const names = lost.map(({ name }) => JSON.stringify(name)).join(', ');
  return new SluiceError({
    code: 'TARGET_TABLE_IMPOSSIBLE',
    message: `tables that cannot be made on the target: ${told.join('; ')}`,
    remedy: `Repair them at the source, or leave them out: tables: { exclude: [${names}] }`,
    disposition: 'stop',
  });
}
