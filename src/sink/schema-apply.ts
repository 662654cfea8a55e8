import { type ColumnFacts, STRICT_POLICY } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import type { SchemaChange } from '../contract/change.ts';
import { SluiceError } from '../contract/error.ts';
import type { Column, ColumnType, TableVersion } from '../contract/table.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import { readTargetTable } from '../postgres/target-catalogue.ts';
import { decideSchemaChange } from './schema-signal.ts';
import type { TargetState } from './target-state.ts';
import { sourceName } from './waiting-index.ts';

/** Follows a DDL of the source in stream order, in the transaction of the rows around it, or pauses the table (INV-57). */
export async function applySchemaChange(state: TargetState, change: SchemaChange): Promise<void> {
  const { database, table } = change;
  if (state.paused.has(sourceName(database, table))) return;
  // A reader that has met no row of the table since its start knows no version before; the target knows what it holds.
  const before = change.before ?? state.versions.latest(database, table) ?? null;
  const decision = decideSchemaChange({ ...change, before });
  switch (decision.kind) {
    case 'nothing':
      return;
    case 'add-columns':
      return await addColumns(state, change, decision.columns);
    case 'new-table':
      return await welcome(state, decision.version);
    case 'pause':
      return await state.paused.pause({ database, table, advice: decision.advice });
  }
}

async function addColumns(state: TargetState, change: SchemaChange, columns: readonly Column[]): Promise<void> {
  const { mapping, session, plans } = state;
  const target = mapping.targetOf(change.database, change.table);
  if (target === null) return;
  const adds = columns.flatMap((column) => {
    const name = mapping.columnOf ? mapping.columnOf(change.database, change.table, column.name) : column.name;
    return name === null ? [] : [`ADD COLUMN IF NOT EXISTS ${quoteIdent(name)} ${targetType(column.type)}`];
  });
  // While it waits for a reader to end, every later reader waits behind it: shortly, and then again (TARGET_CONFLICT).
  const alter = `SET LOCAL lock_timeout = '3s'; ALTER TABLE ${quoteTable(target)} ${adds.join(', ')}`;
  if (adds.length > 0) await session.query(alter);
  plans.forget();
}

/** A new table goes on when its target is there and fits; otherwise it waits for it. */
async function welcome(state: TargetState, version: TableVersion): Promise<void> {
  const { database, table } = version;
  const unfit = await fitError(state, version);
  if (unfit === null) return;
  const advice = `${unfit.message}. Its changes are kept in order. ${unfit.remedy} Then sluice quarantine retry all.`;
  await state.paused.pause({ database, table, advice });
}

/** Ends the pause when the target fits the version; false when it still does not. */
export async function resumeIfFit(state: TargetState, version: TableVersion): Promise<boolean> {
  state.plans.forget();
  if ((await fitError(state, version)) !== null) return false;
  await state.paused.resume(version.database, version.table);
  return true;
}

/** Empties the target of a paused table; false when there is none. */
export async function emptyPaused(state: TargetState, target: TargetName): Promise<boolean> {
  if ((await readTargetTable(state.session, target)) === null) return false;
  await state.session.query(`DELETE FROM ${quoteTable(target)}`);
  return true;
}

async function fitError(state: TargetState, version: TableVersion): Promise<SluiceError | null> {
  try {
    await state.plans.load(version);
    return null;
  } catch (error) {
    if (error instanceof SluiceError && error.code.startsWith('TARGET_TABLE_')) return error;
    throw error;
  }
}

/** The type that loses nothing whatever the data will be: nobody has scanned a column that has just been added. */
function targetType(type: ColumnType): string {
  const codec = codecOf(type);
  const facts: ColumnFacts = {
    columnType: columnTypeText(type),
    isBoolean: false,
    fitsBigint: false,
    isTimeOfDay: false,
  };
  const target = codec.target(facts);
  if (codec.copy(target, STRICT_POLICY) === null) throw new Error(`${type.kind} does not go into ${target}`);
  return target;
}

const INTEGERS: Readonly<Record<number, string>> = {
  1: 'tinyint',
  2: 'smallint',
  3: 'mediumint',
  4: 'int',
  8: 'bigint',
};

/** COLUMN_TYPE as far as the event tells it; lengths of text are left open. */
function columnTypeText(type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
      return `${INTEGERS[type.bytes]}${type.unsigned ? ' unsigned' : ''}`;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'bit':
      return `bit(${type.bits})`;
    case 'binary':
      return `binary(${type.bytes})`;
    case 'datetime':
    case 'timestamp':
    case 'time':
      return `${type.kind}(${type.fraction})`;
    default:
      return type.kind;
  }
}
