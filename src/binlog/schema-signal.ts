import type { Change, SchemaChange } from '../contract/change.ts';
import { type TableVersion, tableVersion } from '../contract/table.ts';
import { describedVersion } from '../mysql/description.ts';
import type { StatementEffect, TableEffect } from './schema-statement.ts';
import type { TableName } from './table-map.ts';
import type { TableRegistry } from './table-registry.ts';

/** A key of another table may act on rows of these: whatever names one makes all descriptions old. */
const TOUCHES_FOREIGN_KEYS = /\b(?:REFERENCES|FOREIGN)\b/i;

type SchemaEffect = Exclude<StatementEffect, { readonly kind: 'none' | 'rows' }>;

/** The changes that a statement means for the published tables. `after` is the catalogue's view, when it is asked. */
export async function schemaChanges(
  effect: SchemaEffect,
  statement: string,
  tables: TableRegistry,
): Promise<readonly Change[]> {
  if (effect.kind === 'truncate') {
    if (!tables.isPublished(effect.table)) return [];
    return [{ tag: 'truncate', table: await currentVersion(effect.table, tables) }];
  }
  const touched = effect.kind === 'database' ? tables.tablesOf(effect.database).map(dropped) : effect.tables;
  const isWide = TOUCHES_FOREIGN_KEYS.test(statement) || touched.some(({ act }) => act !== 'create');
  tables.forget(isWide ? 'all' : touched);
  const changes: SchemaChange[] = [];
  for (const table of touched) {
    if (tables.isPublished(table)) changes.push(await schemaChange(table, statement, tables));
  }
  return changes;
}

function dropped({ database, table }: TableName): TableEffect {
  return { database, table, act: 'drop' };
}

async function schemaChange(effect: TableEffect, statement: string, tables: TableRegistry): Promise<SchemaChange> {
  const { database, table, act } = effect;
  const after = act === 'drop' ? null : await catalogueVersion(effect, tables);
  const before = act === 'create' ? null : tables.before(effect, after);
  tables.altered(effect, after);
  return { tag: 'schema', database, table, statement, before, after };
}

async function catalogueVersion(name: TableName, tables: TableRegistry): Promise<TableVersion | null> {
  const description = await tables.describe(name);
  return description && describedVersion(description, description.columns);
}

/** Emptying a table needs its name only; a table that was dropped since and never met comes without columns. */
async function currentVersion(name: TableName, tables: TableRegistry): Promise<TableVersion> {
  const known = tables.latest(name) ?? (await catalogueVersion(name, tables));
  return (
    known ??
    tableVersion({ database: name.database, table: name.table, columns: [], key: [], uniques: [], cascades: [] })
  );
}
