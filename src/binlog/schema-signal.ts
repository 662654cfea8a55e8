import type { Change, SchemaChange } from '../contract/change.ts';
import type { BinlogCoordinate } from '../contract/position.ts';
import { type TableVersion, tableVersion } from '../contract/table.ts';
import { describedVersion } from '../mysql/description.ts';
import { columnActs } from './column-act.ts';
import type { QueryEvent } from './query-event.ts';
import { alterationOf, columnsAfter } from './rewrite.ts';
import type { StatementEffect, TableEffect } from './schema-statement.ts';
import type { Lexis } from './statement.ts';
import type { TableName } from './table-map.ts';
import type { TableRegistry } from './table-registry.ts';

/** A key of another table may act on rows of these: whatever names one makes all descriptions old. */
const TOUCHES_FOREIGN_KEYS = /\b(?:REFERENCES|FOREIGN)\b/i;

type Statement = Lexis & Pick<QueryEvent, 'statement' | 'isStrict' | 'keepsZero'>;

/** A statement, where its event begins, and the tables as the stream knows them. */
export interface SchemaContext {
  readonly query: Statement;
  readonly at: BinlogCoordinate;
  readonly tables: TableRegistry;
}

type SchemaEffect = Exclude<StatementEffect, { readonly kind: 'none' | 'rows' }>;

/** The changes that a statement means for the published tables. `after` is the catalogue's view, when it is asked. */
export async function schemaChanges(effect: SchemaEffect, context: SchemaContext): Promise<readonly Change[]> {
  const { tables, query } = context;
  if (effect.kind === 'truncate') {
    if (!tables.isPublished(effect.table)) return [];
    return [{ tag: 'truncate', table: await currentVersion(effect.table, tables) }];
  }
  const touched = effect.kind === 'database' ? tables.tablesOf(effect.database).map(dropped) : effect.tables;
  const isWide = TOUCHES_FOREIGN_KEYS.test(query.statement) || touched.some(({ act }) => act !== 'create');
  tables.forget(isWide ? 'all' : touched);
  // Before any of them counts as altered: a rename makes one table's version another one's.
  const published = touched
    .filter((table) => tables.isPublished(table))
    .map((table) => ({ table, known: knownBefore(table, tables) }));
  const changes: SchemaChange[] = [];
  for (const { table, known } of published) {
    const change = await schemaChange(table, known, context);
    changes.push({ ...change, statement: query.statement, ...witness(table) });
  }
  return changes;
}

function dropped({ database, table }: TableName): TableEffect {
  return { database, table, act: 'drop' };
}

/** What the statement says of columns; a CREATE or DROP says nothing that the shapes do not. */
function witness({ act, was, clauses = [] }: TableEffect): Pick<SchemaChange, 'acts'> {
  if (act === 'drop' || (act === 'create' && !was)) return {};
  const acts = columnActs(clauses);
  return acts ? { acts } : {};
}

/** Of a table that a rename brought, the version that it had under its old name. */
function knownBefore(effect: TableEffect, tables: TableRegistry): TableVersion | null {
  return effect.was ? tables.latest(effect.was) : effect.act === 'create' ? null : tables.latest(effect);
}

/**
 * What the catalogue does not have any more comes as it was known, or without columns: its own DROP or RENAME follows,
 * and rows before that bring its shape with them.
 */
async function schemaChange(
  effect: TableEffect,
  known: TableVersion | null,
  { tables, query, at }: SchemaContext,
): Promise<Omit<SchemaChange, 'statement'>> {
  const { database, table, act, was, to, clauses = [] } = effect;
  const description = act === 'drop' ? null : await tables.describe(effect);
  const now = description && describedVersion(description, description.columns);
  const found = act === 'drop' ? null : (now ?? (known && tableVersion({ ...known, database, table })));
  const before = act === 'create' || was ? known : tables.before(effect, found);
  const next = before && now ? describedVersion(description, columnsAfter(before, now, clauses)) : found;
  const { rewrites, shapes } = alterationOf(clauses, {
    ...query,
    shapes: act === 'create' && !was ? new Map() : tables.shapes(was ?? effect, at),
    before: before?.columns ?? [],
    after: next?.columns ?? [],
  });
  tables.altered(effect, { after: next, shapes });
  const moved = { ...(was ? { was } : {}), ...(to ? { to } : {}) };
  const columnTypes = Object.fromEntries(description?.columns.map((column) => [column.name, column.columnType]) ?? []);
  const after = act === 'drop' ? null : (next ?? bare(effect));
  const told = { ...(description ? { columnTypes } : {}), ...(rewrites === null ? {} : { rewrites }) };
  return { tag: 'schema', database, table, before, after, ...moved, ...told };
}

async function catalogueVersion(name: TableName, tables: TableRegistry): Promise<TableVersion | null> {
  const description = await tables.describe(name);
  return description && describedVersion(description, description.columns);
}

/** Emptying a table needs its name only; a table that was dropped since and never met comes without columns. */
async function currentVersion(name: TableName, tables: TableRegistry): Promise<TableVersion> {
  return tables.latest(name) ?? (await catalogueVersion(name, tables)) ?? bare(name);
}

function bare({ database, table }: TableName): TableVersion {
  return tableVersion({ database, table, columns: [], key: [], uniques: [], cascades: [] });
}
