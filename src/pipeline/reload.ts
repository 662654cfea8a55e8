import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { nearest } from '../config/nearest.ts';
import { matchesAny } from '../config/table-filter.ts';
import type { ReloadBegun, ReloadedTable } from '../contract/action.ts';
import { SluiceError } from '../contract/error.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';
import type { TableName } from '../mysql/identifier.ts';
import { connectPostgres, type PostgresSession } from '../postgres/connection.ts';
import { RuleBook } from '../rule/rule-book.ts';
import { PlanBook } from '../sink/plan-book.ts';
import type { Sink } from '../sink/sink.ts';
import { snapshotTarget } from './capture.ts';
import type { ReloadDesk } from './reload-desk.ts';
import { makeTables, scopedTables } from './schema/target-schema.ts';
import type { Scope } from './scope.ts';

export interface ReloadOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly desk: ReloadDesk;
  readonly quarantine: Pick<Sink['quarantine'], 'counts'>;
}

/**
 * Begins a reload of tables named as in `tables.include`. Before anything is emptied it is known that each exists at the
 * source and fits its target: TABLES_UNKNOWN, TABLES_UNFIT. A target table that is missing is made where that is ours.
 */
export async function reloadTables(asked: readonly string[] | 'all', options: ReloadOptions): Promise<ReloadBegun> {
  const { config, desk } = options;
  const source = await connectMysql(sourceLogin(config.source));
  try {
    const tables = chosen(asked, await scopedTables(source, options.scope));
    await prepareTargets(tables, source, options, 'no reload was begun');
    const superseded = await waitingChanges(options);
    await desk.reload(tables.map(({ version }) => snapshotTarget(config, version)));
    return { tables: tables.map((table) => reloaded(table, options.scope, superseded)) };
  } finally {
    await source.close();
  }
}

interface Versioned {
  readonly version: TableName;
}

/** TABLES_UNKNOWN: a name that no table has. `not` says what was not begun then. */
export function chosen<T extends Versioned>(
  asked: readonly string[] | 'all',
  tables: readonly T[],
  not = 'no reload was begun',
): readonly T[] {
  if (asked === 'all') return tables;
  const isNamed = (names: readonly string[], { version }: T) => matchesAny(names, version.database, version.table);
  const unknown = asked.find((name) => !tables.some((table) => isNamed([name], table)));
  if (unknown !== undefined) throw unknownTable(unknown, tables, not);
  return tables.filter((table) => isNamed(asked, table));
}

/** TABLES_UNFIT; `not` says what was not begun then. A target table that is missing is made where that is ours. */
export async function prepareTargets(
  tables: readonly CatalogueTable[],
  source: MysqlConnection,
  { config, scope }: Pick<ReloadOptions, 'config' | 'scope'>,
  not: string,
): Promise<void> {
  const target = await connectPostgres(targetLogin(config));
  try {
    if (config.target.ddl === 'convert') await makeTables(tables, scope, source, target);
    await assertFit(tables, scope, target).catch((error) => {
      throw isUnfit(error) ? unfit(error, not) : error;
    });
  } finally {
    await target.close();
  }
}

async function assertFit(tables: readonly CatalogueTable[], scope: Scope, target: PostgresSession): Promise<void> {
  const plans = new PlanBook(target, scope);
  for (const { version } of tables) {
    const seenOf = () => version.columns.map(({ name }) => name);
    const rules = new RuleBook({ rulesOf: scope.rulesOf, seenOf });
    await plans.load(rules.version(version));
  }
}

function isUnfit(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.code.startsWith('TARGET_TABLE_');
}

/** By the target's name of the table. */
async function waitingChanges({ quarantine }: ReloadOptions): Promise<ReadonlyMap<string, number>> {
  const waiting = new Map<string, number>();
  for (const { table, changes } of await quarantine.counts()) waiting.set(table, (waiting.get(table) ?? 0) + changes);
  return waiting;
}

function reloaded({ version }: CatalogueTable, scope: Scope, waiting: ReadonlyMap<string, number>): ReloadedTable {
  const { database, table } = version;
  const target = scope.targetOf(database, table);
  const supersededChanges = target ? (waiting.get(`${target.schema}.${target.table}`) ?? 0) : 0;
  return { database, table, supersededChanges };
}

function unknownTable(name: string, tables: readonly Versioned[], not: string): SluiceError {
  const names = tables.flatMap(({ version }) => [version.table, `${version.database}.${version.table}`]);
  const near = nearest(name, names);
  return new SluiceError({
    code: 'TABLES_UNKNOWN',
    message: `no table of this pipeline is named ${name}${near === null ? '' : `, did you mean ${near}?`}; ${not}`,
    remedy: 'Give names as the source spells them, as TABLE or DATABASE.TABLE; tables.include decides which take part.',
    disposition: 'stop',
  });
}

function unfit({ message, remedy }: SluiceError, not: string): SluiceError {
  return new SluiceError({
    code: 'TABLES_UNFIT',
    message: `${message}; ${not}`,
    remedy: `${remedy} Then the same command again.`,
    disposition: 'stop',
  });
}
