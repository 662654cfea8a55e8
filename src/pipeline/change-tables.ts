import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { isSameLists } from '../config/table-list.ts';
import type { TablesChange, TablesChanged } from '../contract/action.ts';
import type { TableName } from '../contract/change.ts';
import { SluiceError } from '../contract/error.ts';
import { paceText } from '../contract/pace.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectMysql } from '../mysql/connection.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { isEmptyTable } from '../sink/table-ddl.ts';
import { chosen, prepareTargets } from './reload.ts';
import { scopedTables } from './schema/target-schema.ts';
import { type Scope, scopeOf } from './scope.ts';
import type { RunFacts } from './status/status.ts';
import { writtenTables } from './written-table.ts';

/** The configuration to go on with, and what it changes. */
export interface ChangedTables {
  readonly config: Config;
  readonly answer: TablesChanged;
}

/**
 * Looks whether a running pipeline can go on with other lists of tables, and makes missing target tables where that is
 * ours. Nothing that runs is touched: the pipeline goes on with the answer's configuration, by the path of a start.
 * TABLES_ELSEWHERE, TABLES_UNKNOWN, TABLES_UNFIT, TABLES_OCCUPIED.
 */
export async function changeTables(
  { act, names, before, after }: TablesChange,
  config: Config,
): Promise<ChangedTables> {
  if (!isSameLists(config.tables, before)) throw elsewhere();
  const next: Config = { ...config, tables: { ...config.tables, ...after } };
  const [was, will] = [scopeOf(config), scopeOf(next)];
  const source = await connectMysql(sourceLogin(config.source));
  try {
    const [now, then] = [await scopedTables(source, was), await scopedTables(source, will)];
    chosen(names, act === 'add' ? then : now, 'nothing was changed');
    if (then.length === 0) throw lastTable();
    const added = then.filter((table) => !isIn(was, table));
    const removed = now.filter((table) => !isIn(will, table));
    if (added.length > 0) await refuseOccupied(added, next, will);
    await prepareTargets(added, source, { config: next, scope: will }, 'nothing was changed');
    return { config: next, answer: { added: added.map(nameOf), removed: removed.map(nameOf) } };
  } finally {
    await source.close();
  }
}

/** TABLES_NOT_NOW: a stream that is held, that a cutover is about to close, or that ends, is not begun anew. */
export function refuseChangeNow({ pace, cutover }: Pick<RunFacts, 'pace' | 'cutover'>, signal: AbortSignal): void {
  const held = pace === null || pace.state === 'free' ? null : paceText(pace);
  const switching = cutover?.attempt?.isOver === false ? 'a cutover is under way' : null;
  const why = held ?? switching ?? (signal.aborted ? 'the pipeline ends, or begins anew' : null);
  if (why === null) return;
  throw new SluiceError({
    code: 'TABLES_NOT_NOW',
    message: `${why}; nothing was changed`,
    remedy: held === null ? 'Again when it is over: sluice status.' : 'Let it go at its own speed, then again.',
    disposition: 'stop',
  });
}

function isIn(scope: Scope, { version }: CatalogueTable): boolean {
  return scope.isPublished(version.database, version.table);
}

function nameOf({ version: { database, table } }: CatalogueTable): TableName {
  return { database, table };
}

/** A table of the target that this pipeline never wrote is not emptied, and its rows are not mixed with the source's. */
async function refuseOccupied(added: readonly CatalogueTable[], config: Config, scope: Scope): Promise<void> {
  const target = await connectPostgres(targetLogin(config));
  try {
    const ours = await writtenTables(target, config.pipeline);
    const strange = added.map(nameOf).filter((one) => !ours.some((other) => isSame(one, other)));
    for (const { database, table } of strange) {
      const name = scope.targetOf(database, table);
      if (name !== null && !(await isEmptyTable(target, name))) throw occupied(`${name.schema}.${name.table}`);
    }
  } finally {
    await target.close();
  }
}

function isSame(a: TableName, b: TableName): boolean {
  return a.database === b.database && a.table === b.table;
}

function occupied(name: string): SluiceError {
  return new SluiceError({
    code: 'TABLES_OCCUPIED',
    message: `the target table ${name} holds rows that this pipeline has not written; nothing was changed`,
    remedy: 'Empty or rename it on the target, then the same command again.',
    disposition: 'stop',
  });
}

function lastTable(): SluiceError {
  return new SluiceError({
    code: 'SOURCE_NO_TABLES',
    message: 'no table would be left; nothing was changed',
    remedy: 'To end the pipeline: sluice teardown.',
    disposition: 'stop',
  });
}

function elsewhere(): SluiceError {
  return new SluiceError({
    code: 'TABLES_ELSEWHERE',
    message: 'the running process has other lists of tables than this file; nothing was changed',
    remedy:
      'It has them from flags or variables, or from before the file was changed: start it again, by the file alone.',
    disposition: 'stop',
  });
}
