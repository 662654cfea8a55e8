import { type RowLayout, rowLayout } from '../column/row.ts';
import { tableVersion } from '../contract/table.ts';
import { readCatalogue } from '../mysql/catalogue.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteIdentifier, quoteTable, type TableName } from '../mysql/identifier.ts';
import { type ReadableTable, readableTable } from '../mysql/readable-table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { TargetName } from '../postgres/quote.ts';
import { readTargetTable, type TargetTable } from '../postgres/target-catalogue.ts';
import { type RuledRows, ruledRows, type TableRules } from '../rule/row-rule.ts';
import { type ColumnNames, type ComparedColumn, pairColumns } from './compared-column.ts';
import { type KeyForm, keyForm } from './key-form.ts';

/** What the configuration says of a table that is compared. */
export interface TableScope extends TableName, ColumnNames {
  readonly target: TargetName;
  readonly rules: TableRules | null;
}

/**
 * `ordered`: both servers sort by the key alike, ranges are compared. `lookup`: rows are found on the target by their
 * keys, and the target's keys on the source. `bag`: no key by which rows are found; compared as a multiset.
 */
export type Way = 'ordered' | 'lookup' | 'bag';

export interface VerifiedKey {
  /** Places in `compared`, in the key's order. */
  readonly places: readonly number[];
  /** null: rows cannot be looked up by it on both sides. */
  readonly forms: readonly KeyForm[] | null;
}

/** A table as both sides have it now, and how it is compared. */
export interface VerifiedTable {
  readonly scope: TableScope;
  readonly readable: ReadableTable;
  /** SELECT list of all columns of the source, those that it does not log included. */
  readonly selectList: string;
  /** COLUMN_TYPE of the source by column. */
  readonly columnTypes: ReadonlyMap<string, string>;
  /** The table as the rules leave it. */
  readonly held: RowLayout;
  readonly ruled: RuledRows | null;
  readonly target: TargetTable;
  readonly compared: readonly ComparedColumn[];
  /** Columns that the target should have and has not. */
  readonly absent: readonly string[];
  readonly way: Way;
  readonly key: VerifiedKey | null;
  /** Columns of the source whose text, as it is sent, is their part of a bound of the key's order; null: ask for bounds. */
  readonly boundColumns: readonly number[] | null;
}

/** `source`: the source has no such table any more; `target`: the target has none. */
export type Missing = { readonly missing: 'source' } | { readonly missing: 'target'; readonly readable: ReadableTable };

/** `only`: of these columns of the source alone, the key's among them. */
export async function loadVerified(
  scope: TableScope,
  source: MysqlConnection,
  session: PostgresSession,
  only?: ReadonlySet<string>,
): Promise<VerifiedTable | Missing> {
  const [whole] = await readCatalogue(source, { databases: [scope.database], tables: [scope.table] });
  if (whole === undefined) return { missing: 'source' };
  const found = only === undefined ? whole : narrowed(whole, only);
  const readable = readableTable(found);
  const target = await readTargetTable(session, scope.target);
  if (target === null) return { missing: 'target', readable };
  return verifiedTable(scope, found, target);
}

function narrowed(table: CatalogueTable, only: ReadonlySet<string>): CatalogueTable {
  const { version } = table;
  const columns = version.columns.filter(({ name }) => only.has(name));
  const key = version.key.map((index) => columns.findIndex(({ name }) => name === version.columns[index]?.name));
  return {
    ...table,
    version: tableVersion({ ...version, columns, key, uniques: [], cascades: [] }),
    columns: table.columns.filter(({ name }) => only.has(name)),
  };
}

function verifiedTable(scope: TableScope, found: CatalogueTable, target: TargetTable): VerifiedTable {
  const readable = readableTable(found);
  const layout = rowLayout(readable.version);
  const ruled = scope.rules === null ? null : ruledRows(readable.version, scope.rules);
  const held = ruled === null ? layout : rowLayout(ruled.version);
  const { compared, absent } = pairColumns(held, target, scope);
  const key = readable.order === null ? null : keyOf(found, held, compared);
  const selectList = readable.version.columns.map(({ name }, i) => layout.codecs[i]?.select(quoteIdentifier(name)));
  return {
    ...{ scope, readable, selectList: selectList.join(', '), held, ruled, target, compared, absent, key },
    columnTypes: new Map(found.columns.map(({ name, columnType }) => [name, columnType])),
    way: wayOf(key),
    boundColumns: boundColumns(readable, layout),
  };
}

function boundColumns({ version, order }: ReadableTable, { codecs }: RowLayout): readonly number[] | null {
  const isSent = (index: number, i: number) => {
    const quoted = quoteIdentifier(version.columns[index]?.name ?? '');
    return order?.columns[i]?.value === quoted && codecs[index]?.select(quoted) === quoted;
  };
  return order !== null && version.key.every(isSent) ? version.key : null;
}

function keyOf(found: CatalogueTable, { table }: RowLayout, compared: readonly ComparedColumn[]): VerifiedKey | null {
  const places = table.key.map((index) => compared.findIndex((column) => column.index === index));
  const forms = places.map((place) => {
    const column = compared[place];
    const described = found.columns.find(({ name }) => name === column?.name);
    return column === undefined || described === undefined ? null : keyForm(described, column);
  });
  if (places.includes(-1)) return null;
  return { places, forms: forms.every((form) => form !== null) ? forms : null };
}

function wayOf(key: VerifiedKey | null): Way {
  if (!key?.forms) return 'bag';
  return key.forms.every(({ sharesOrder }) => sharesOrder) ? 'ordered' : 'lookup';
}

export function shownName({ database, table }: TableName): string {
  return `${database}.${table}`;
}

export function sourceFrom({ readable }: VerifiedTable): string {
  return readable.from;
}

export function sourceTable({ readable }: VerifiedTable): string {
  return quoteTable(readable.version);
}

/** The source computes the column and its log has nothing of it. */
export function isUnlogged({ held }: VerifiedTable, column: ComparedColumn | undefined): boolean {
  return column !== undefined && held.table.columns[column.index]?.unlogged === true;
}

/** What both sides are of a table: what was compared of another shape says nothing of this one. */
export function shapeOf({ readable, held, target, compared, way }: VerifiedTable): string {
  const columns = compared.map(({ targetName, targetType, policy }) => [targetName, targetType, policy]);
  return JSON.stringify([readable.order?.identity, held.table.fingerprint, target.schema, target.table, columns, way]);
}
