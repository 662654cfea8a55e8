import type { SchemaChange, TableName } from '../contract/change.ts';
import { SluiceError } from '../contract/error.ts';
import { type Column, type TableVersion, tableVersion } from '../contract/table.ts';
import { quoteTable, type TargetName } from '../postgres/quote.ts';
import { TargetError } from '../postgres/sqlstate.ts';
import { readTargetTable } from '../postgres/target-catalogue.ts';
import { alterTable } from './alter-table.ts';
import type { Pause } from './paused-table.ts';
import { decideSchemaChange, rowsPause, type SchemaDecision, shapePause } from './schema-signal.ts';
import { dropTable, isEmptyTable, makeTable, parkedName, renameTable, replaceTable } from './table-ddl.ts';
import type { TargetState } from './target-state.ts';
import { sourceName } from './waiting-index.ts';
import { isWidening } from './widening.ts';

/**
 * Follows a DDL of the source in stream order, in the transaction of the rows around it, or pauses the table (INV-57):
 * then whatever had been done for it is undone. Rows before it must be written already.
 */
export async function applySchemaChange(state: TargetState, change: SchemaChange): Promise<void> {
  const { database, table, was } = change;
  const target = state.mapping.targetOf(database, table);
  if (target === null) return;
  const name = sourceName(database, table);
  if (state.paused.has(name) && change.after !== null && !was) return await worsen(state, change);
  state.lastSchema.set(name, change);
  const isSound = was === undefined || !state.unsound.delete(sourceName(was.database, was.table));
  await state.session.query('SAVEPOINT sluice_schema');
  const problem = await attempt(state, change, target);
  if (problem === null) await state.session.query('RELEASE SAVEPOINT sluice_schema');
  else {
    await state.session.query('ROLLBACK TO SAVEPOINT sluice_schema; RELEASE SAVEPOINT sluice_schema');
    await afterRollback(state);
  }
  const why = `changes of ${database}.${table} waited under its old name`;
  const pause = problem ?? (isSound ? null : rowsPause(why, `${database}.${table}`));
  if (pause !== null) await state.paused.pause({ database, table, ...pause });
}

/** Of a table that waits for its target to fit: what may have moved its rows meanwhile no fit makes right (INV-59). */
async function worsen(state: TargetState, change: SchemaChange): Promise<void> {
  const { database, table } = change;
  const before = state.versions.latest(database, table) ?? change.before;
  const decision = decideSchemaChange({ ...change, before }, { isEmpty: false });
  if (decision.kind === 'pause') await state.paused.pause({ database, table, ...decision.pause });
}

/** Why the change cannot be followed; null when it was. */
async function attempt(state: TargetState, change: SchemaChange, target: TargetName): Promise<Pause | null> {
  const { database, table } = change;
  try {
    const moved = await move(state, change, target);
    if (moved !== null) return moved;
    // A reader that has met no row of the table since its start knows no version before; the target knows what it holds.
    const before = change.was ? change.before : (state.versions.latest(database, table) ?? change.before);
    const isEmpty = await isEmptyTable(state.session, target);
    return await act(state, { change: { ...change, before }, target, isEmpty });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return shapePause(`the DDL on ${database}.${table} cannot be followed: ${error.message}`);
  }
}

/** The target said no to the statement itself, so that trying again changes nothing. */
function isRefusal(error: unknown): error is TargetError {
  return error instanceof TargetError && /^(0A|22|23|2B|42|54|55000)/.test(error.sqlstate);
}

interface Followed {
  readonly change: SchemaChange;
  readonly target: TargetName;
  readonly isEmpty: boolean;
}

async function act(state: TargetState, followed: Followed): Promise<Pause | null> {
  const { change, isEmpty } = followed;
  const decision = decideSchemaChange(change, { isEmpty });
  switch (decision.kind) {
    case 'pause':
      return decision.pause;
    case 'drop':
      return await drop(state, followed);
    case 'new-table':
      return await welcome(state, change, decision.version);
    case 'follow':
      return await alter(state, followed, decision);
  }
}

/** Renames come first: what stands under the name is the table that the rest of the change is about. */
async function move(state: TargetState, change: SchemaChange, target: TargetName): Promise<Pause | null> {
  const { was, to } = change;
  const { session, mapping } = state;
  if (!was) return null;
  const from = mapping.targetOf(was.database, was.table);
  const source = from && (await standing(state, from));
  const old = await readTargetTable(session, target);
  // Nothing of it is here: a table like a new one, whose rows the snapshot brings.
  if (old === null && source === null) return null;
  if (!mapping.makesTables || source === null)
    return rowsPause(
      `a RENAME put ${was.database}.${was.table} in the place of ${change.database}.${change.table}`,
      `${change.database}.${change.table}`,
    );
  await giveUpWaiting(state, change);
  const parked = parkedName(target);
  const isParked = old !== null;
  if (isParked) await renameTable(session, target, parked);
  await renameTable(session, source, target);
  const isLeaving = to === undefined || mapping.targetOf(to.database, to.table) === null;
  if (isParked && isLeaving) await replaceTable(session, parked, target);
  await state.versions.forget(change.database, change.table);
  state.plans.forget();
  return null;
}

/**
 * Changes that wait of a table that leaves its name are moot where it goes for good; elsewhere they would not find it,
 * and the table is paused under its new name.
 */
async function giveUpWaiting(state: TargetState, { database, table }: TableName): Promise<void> {
  const { paused, store, unsound } = state;
  const name = sourceName(database, table);
  if (!paused.has(name) && store.index.oldestOf(name) === null) return;
  await store.supersede(database, table);
  await paused.resume(database, table);
  unsound.add(name);
}

/** Where the table of a name stands now: parked, when a rename of the same statement needed its place. */
async function standing(state: TargetState, name: TargetName): Promise<TargetName | null> {
  const parked = parkedName(name);
  if ((await readTargetTable(state.session, parked)) !== null) return parked;
  return (await readTargetTable(state.session, name)) === null ? null : name;
}

/** The table is gone at the source, or has left the pipeline by another name: with its changes that wait. */
async function drop(state: TargetState, { change, target }: Followed): Promise<Pause | null> {
  const { database, table, to } = change;
  const { mapping, session, store, paused, versions, plans } = state;
  // The change of the other name takes the table there, or has done so.
  const isMoved = to !== undefined && mapping.targetOf(to.database, to.table) !== null;
  if (!mapping.makesTables) {
    if ((await readTargetTable(session, target)) === null) return null;
    return gonePause(`${database}.${table}`);
  }
  if (isMoved) await giveUpWaiting(state, change);
  else {
    await dropTable(session, target);
    await store.supersede(database, table);
    await paused.resume(database, table);
  }
  await versions.forget(database, table);
  plans.forget();
  return null;
}

async function alter(
  state: TargetState,
  { change, target, isEmpty }: Followed,
  { steps, version }: Extract<SchemaDecision, { kind: 'follow' }>,
): Promise<Pause | null> {
  const { session, plans, versions } = state;
  const { database, table } = change;
  const found = await readTargetTable(session, target);
  if (found === null) return await welcome(state, change, version);
  if (state.mapping.makesTables === false) return await awaitMigration(state, version);
  const columnOf = columnsOf(state, database, table);
  const problem = await alterTable(session, found, {
    change,
    steps,
    isEmpty,
    columnOf,
    castOf: castsOf(state, database, table),
    zone: zoneOf(state, database, table),
  });
  if (problem !== null) return rowsPause(`the DDL on ${database}.${table} ${problem}`, `${database}.${table}`);
  plans.forget();
  await versions.note(version);
  return null;
}

/** The application's own migrations change its tables: the next one must find what the last one left. */
async function awaitMigration(state: TargetState, version: TableVersion): Promise<Pause | null> {
  state.plans.forget();
  const unfit = await fitError(state, version);
  if (unfit !== null) return unfitPause(unfit);
  await state.versions.note(version);
  return null;
}

function columnsOf(state: TargetState, database: string, table: string): (column: string) => string | null {
  const { columnOf } = state.mapping;
  return (column) => (columnOf ? columnOf(database, table, column) : column);
}

function castsOf({ mapping }: TargetState, database: string, table: string): (column: string) => string | null {
  return (column) => mapping.castOf?.(database, table, column) ?? null;
}

/** One for all columns: it is the source's. */
function zoneOf({ mapping }: TargetState, database: string, table: string): string | undefined {
  return mapping.policyOf?.(database, table, '').zone;
}

/** A new table is made where tables are ours to make; elsewhere it goes on when its target is there and fits. */
async function welcome(state: TargetState, change: SchemaChange, version: TableVersion): Promise<Pause | null> {
  // Its shape is not known yet: the first row brings it.
  if (version.columns.length === 0) return null;
  await makeMissing(state, version, change);
  const unfit = await fitError(state, version);
  if (unfit === null) {
    await state.versions.note(version);
    return null;
  }
  return unfitPause(unfit);
}

async function makeMissing(state: TargetState, version: TableVersion, change?: SchemaChange): Promise<void> {
  const { mapping, session, plans } = state;
  const { database, table } = version;
  const name = mapping.targetOf(database, table);
  if (!mapping.makesTables || name === null || (await readTargetTable(session, name)) !== null) return;
  const model = await modelOf(state, database, table);
  const columnOf = columnsOf(state, database, table);
  await makeTable(session, {
    name,
    version,
    columnTypes: change?.columnTypes,
    columnOf,
    castOf: castsOf(state, database, table),
    zone: zoneOf(state, database, table),
    model,
  });
  plans.forget();
}

/** The table that a schema-change tool makes this one for. */
async function modelOf(state: TargetState, database: string, table: string) {
  const of = state.mapping.modelOf?.(database, table) ?? null;
  const name = of && state.mapping.targetOf(of.database, of.table);
  const version = of && state.versions.latest(of.database, of.table);
  const target = name && (await readTargetTable(state.session, name));
  return target && version ? { target, version } : null;
}

/**
 * A row has a shape of its own: where the catalogue was ahead when the last DDL was read, the row tells what the table was
 * in between. Followed with the same witness, and wider types by the shapes alone. A table whose shape has moved since the
 * target fitted is paused where it does not any more, and so is one that we made in a later shape, and one that had taken
 * rows before something on the target acts on them; TARGET_TABLE_UNFIT, _ACTING or _MISSING is thrown for another.
 */
export async function followRow(state: TargetState, version: TableVersion): Promise<void> {
  const { database, table } = version;
  const last = state.lastSchema.get(sourceName(database, table));
  const before = state.versions.latest(database, table);
  const hasMoved = last !== undefined || (before !== undefined && before.fingerprint !== version.fingerprint);
  if (before === undefined) await makeMissing(state, version, last);
  else if (before.fingerprint !== version.fingerprint) await applySchemaChange(state, seenInRow(before, version, last));
  if (state.paused.has(sourceName(database, table))) return;
  const unfit = await fitError(state, version);
  if (unfit === null) return;
  const isLost = before !== undefined && unfit.code === 'TARGET_TABLE_MISSING';
  // One that we made has the shape of its day, which may be later than the log's.
  const isActed = unfit.code === 'TARGET_TABLE_ACTING' && before !== undefined;
  const isAhead = !hasMoved && before === undefined && state.mapping.makesTables === true;
  if (!hasMoved && !isLost && !isAhead && !isActed) throw unfit;
  const name = `${database}.${table}`;
  const pause = isLost
    ? lostPause(unfit, name)
    : isAhead && unfit.code !== 'TARGET_TABLE_ACTING'
      ? aheadPause(unfit, name)
      : unfitPause(unfit);
  await state.paused.pause({ database, table, ...pause });
}

/** The rows that had been written went with it. */
function lostPause({ message }: SluiceError, name: string): Pause {
  return {
    kind: 'rows',
    advice: `${message}, though its rows had been written. Load it anew: sluice tables reload ${name}`,
  };
}

/** What the log tells of its first rows has nowhere to go, whatever the DDL behind them makes of it. */
function aheadPause({ message }: SluiceError, name: string): Pause {
  return {
    kind: 'rows',
    advice: `its rows in the log are of another shape than the table was made in: ${message}. Load it anew: sluice tables reload ${name}`,
  };
}

/** What may have been judged already is judged by now: only columns are left to tell. */
function seenInRow(before: TableVersion, after: TableVersion, last: SchemaChange | undefined): SchemaChange {
  const { database, table } = after;
  const columns = after.columns.map((column) => withOldNull(before, column));
  const wider = columns.filter((column) => isWider(before, column)).map(({ name }) => name);
  const retypes = wider.map((name) => ({ act: 'change', column: name, to: name, isDefined: true }) as const);
  return {
    tag: 'schema',
    database,
    table,
    statement: last?.statement ?? '',
    before,
    after: tableVersion({ ...after, columns }),
    acts: [...(last?.acts ?? []).filter(({ act }) => act !== 'change'), ...retypes],
    ...(last?.columnTypes ? { columnTypes: last.columnTypes } : {}),
  };
}

/** A column that takes NULL keeps to: rows of before may hold it. */
function withOldNull(before: TableVersion, column: Column): Column {
  const old = before.columns.find(({ name }) => name === column.name);
  return old?.nullable ? { ...column, nullable: true } : column;
}

function isWider(before: TableVersion, column: Column): boolean {
  const old = before.columns.find(({ name }) => name === column.name);
  return old !== undefined && JSON.stringify(old) !== JSON.stringify(column) && isWidening(old.type, column.type);
}

function unfitPause({ message, remedy }: SluiceError): Pause {
  const advice = `${message}. Its changes are kept in order. ${remedy} Then sluice quarantine retry all.`;
  return { kind: 'shape', advice };
}

/** The target's tables are not ours to drop; should one come back, it has other rows. */
function gonePause(name: string): Pause {
  const advice = `${name} was dropped or renamed at the source. Drop it on the target as well, or keep it as it is; should it come back at the source: sluice tables reload ${name}`;
  return { kind: 'rows', advice };
}

/** Ends the pause of a table whose rows are sound when the target fits the version (INV-59). */
export async function resumeIfFit(state: TargetState, version: TableVersion): Promise<void> {
  const { paused, plans } = state;
  const { database, table } = version;
  if (paused.get(sourceName(database, table))?.kind !== 'shape') return;
  plans.forget();
  if ((await fitError(state, version)) === null) await paused.resume(database, table);
}

/** Empties the target of a paused table: its rows are sound now, and it goes on when it fits. */
export async function emptyPaused(state: TargetState, version: TableVersion, target: TargetName): Promise<void> {
  const { database, table } = version;
  if ((await readTargetTable(state.session, target)) !== null)
    await state.session.query(`DELETE FROM ${quoteTable(target)}`);
  await state.paused.resume(database, table);
  state.plans.forget();
  const unfit = await fitError(state, version);
  if (unfit !== null) await state.paused.pause({ database, table, ...unfitPause(unfit) });
}

async function afterRollback(state: TargetState): Promise<void> {
  state.plans.forget();
  state.writer.rolledBack();
  await state.versions.reload();
  await state.paused.load();
  await state.store.load();
}

/** Why the target cannot take rows of this shape; null when it can. */
export async function fitError(state: TargetState, version: TableVersion): Promise<SluiceError | null> {
  try {
    await state.plans.load(version);
    return null;
  } catch (error) {
    if (isUnfit(error)) return error;
    throw error;
  }
}

/** The target's table is missing or does not fit. */
function isUnfit(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.code.startsWith('TARGET_TABLE_');
}
