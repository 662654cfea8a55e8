import { checkTargetTables, hasCheckpoint, isEmptiedFirst } from '../../check/target-table.ts';
import type { Config } from '../../config/config.ts';
import { columnNameOf, targetNameOf } from '../../config/target-name.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import { dropForLoad } from '../../existing/drop.ts';
import type { LoadedTable } from '../../existing/read-object.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable, type TargetName } from '../../postgres/quote.ts';
import { TargetError } from '../../postgres/sqlstate.ts';

export interface ExistingOptions {
  readonly config: Config;
  /** Tables of the source that take part. */
  readonly tables: readonly CatalogueTable[];
  readonly target: PostgresSession;
  readonly logger: Logger;
}

/**
 * Before the first load into a schema that the application made: refuses what differs in version, deletes the rows that
 * the operator said may go, drops what the load does better without. Nothing once the pipeline has written.
 */
export async function prepareExisting(options: ExistingOptions): Promise<void> {
  const { config, tables, target, logger } = options;
  if (await hasCheckpoint(target, config.pipeline)) return;
  const findings = await checkTargetTables(target, { config, tables, isBegun: false });
  const blockers = findings.filter(({ severity }) => severity === 'blocker');
  if (blockers.length > 0) throw skewed(blockers.map(({ object, message }) => `${object}: ${message}`));
  for (const { schema, table } of await emptyTables(options)) logger.info({ table: `${schema}.${table}` }, 'emptied');
  const choice = config.target.dropForLoad;
  if (choice === 'nothing') return;
  const loaded = tables.map((table) => loadedTable(config, table));
  const dropped = await dropForLoad(target, { pipeline: config.pipeline, tables: loaded, choice });
  logger.info({ objects: dropped.length }, 'dropped for the load: sluice.dropped_object keeps them');
}

function loadedTable(config: Config, { version, description }: CatalogueTable): LoadedTable {
  const { database, table } = version;
  return {
    name: targetNameOf(config, database, table),
    key: description.key.map((column) => columnNameOf(config, database, table, column) ?? column),
  };
}

/** TARGET_SKEW: the whole list in one error; `sluice check` has each with its cure. */
function skewed(lines: readonly string[]): SluiceError {
  return new SluiceError({
    code: 'TARGET_SKEW',
    message: `the target's schema is not the source's:\n  ${lines.join('\n  ')}`,
    remedy: 'Migrate both sides to one version of the application; `sluice check` has the cure of each.',
    disposition: 'stop',
  });
}

/**
 * In one transaction, under a lock that waits for a sink: one that has written since has moved the checkpoint with its
 * rows, and then nothing is deleted. Losing rows of ours would be worse than asking twice.
 */
async function emptyTables({ config, tables, target }: ExistingOptions): Promise<readonly TargetName[]> {
  const named = tables
    .map(({ version }) => targetNameOf(config, version.database, version.table))
    .filter(({ table }) => isEmptiedFirst(config, table));
  if (named.length === 0) return [];
  const list = named.map(quoteTable);
  await target.query(`BEGIN; LOCK TABLE ${list.join(', ')} IN SHARE ROW EXCLUSIVE MODE; SET CONSTRAINTS ALL DEFERRED`);
  try {
    const emptied: TargetName[] = [];
    if (!(await hasCheckpoint(target, config.pipeline))) {
      for (const name of named) {
        const { rowCount } = await target.query(`DELETE FROM ${quoteTable(name)}`);
        if (rowCount > 0) emptied.push(name);
      }
    }
    await target.query('COMMIT');
    return emptied;
  } catch (error) {
    throw error instanceof TargetError && error.isDataError ? stillReferred(error) : error;
  }
}

/** TARGET_EMPTY_REFUSED: other tables refer to the rows, and this account cannot let their keys rest. */
function stillReferred(cause: TargetError): SluiceError {
  return new SluiceError({
    code: 'TARGET_EMPTY_REFUSED',
    message: `tables of target.emptyFirst could not be emptied: ${cause.message}`,
    remedy:
      'Name the tables that refer to them in target.emptyFirst too, or GRANT SET ON PARAMETER session_replication_role.',
    disposition: 'stop',
    cause,
  });
}
