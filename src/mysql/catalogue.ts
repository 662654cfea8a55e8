import { cascade, catalogueCheck, catalogueColumn, catalogueIndex, foreignKeys, text } from './catalogue-part.ts';
import { type CatalogueRows, type CatalogueScope, readCatalogueRows } from './catalogue-query.ts';
import type { CatalogueColumn, CatalogueIndex, CatalogueTable } from './catalogue-table.ts';
import type { MysqlConnection, Row } from './connection.ts';
import { describedVersion, type TableDescription } from './description.ts';
import type { Server } from './server.ts';

/** The tables of a scope, sorted by database and name. Views and sequences are not tables. */
export async function readCatalogue(
  connection: MysqlConnection,
  scope: CatalogueScope,
): Promise<readonly CatalogueTable[]> {
  const rows = await readCatalogueRows(connection, scope);
  const grouped = {
    comments: byTable(rows.comments),
    columns: byTable(rows.columns),
    indexes: byTable(rows.indexes),
    outward: byTable(rows.outward),
    inward: Map.groupBy(rows.inward, (row) => nameKey(row['parentDatabase'], row['parentTable'])),
    checks: byTable(rows.checks),
    triggers: byTable(rows.triggers),
  };
  const { server } = connection;
  return rows.tables.map((row) => catalogueTable(row, server, (part) => grouped[part].get(tableKey(row)) ?? []));
}

/**
 * One table's description, or null when there is no such table now: for the binlog reader, once per version. The
 * catalogue answers by several statements and DDL passes between them: only what two readings say alike is one table's,
 * and not the columns of one that has just lost its key, its name or everything.
 */
export async function describeTable(
  connection: MysqlConnection,
  database: string,
  table: string,
): Promise<TableDescription | null> {
  let last: TableDescription | null = null;
  for (let readings = 1; readings <= MOST_READINGS; readings++) {
    const [found] = await readCatalogue(connection, { databases: [database], tables: [table] });
    const now: TableDescription | null = found?.description ?? null;
    if (readings > 1 && JSON.stringify(now) === JSON.stringify(last)) return now;
    last = now;
  }
  return last;
}

/** Of a table that DDL changes without end; the stream comes to its next shape anyway. */
const MOST_READINGS = 10;

type Part = Exclude<keyof CatalogueRows, 'tables'>;

function catalogueTable(row: Row, server: Server, rowsOf: (part: Part) => readonly Row[]): CatalogueTable {
  const { kind } = server;
  const checks = rowsOf('checks').map((check) => catalogueCheck(check, kind));
  const columns = rowsOf('columns').map((column) => catalogueColumn(column, server, checks));
  const indexes = [...Map.groupBy(rowsOf('indexes'), (index) => text(index, 'name')).values()].map((parts) =>
    catalogueIndex(parts, kind),
  );
  const referencedBy = foreignKeys(rowsOf('inward'));
  const description = describe(row, { columns, indexes, referencedBy });
  return {
    version: describedVersion(description, columns),
    description,
    columns,
    indexes,
    keyIndex: keyIndex(indexes, columns)?.name ?? null,
    foreignKeys: foreignKeys(rowsOf('outward')),
    referencedBy,
    checks,
    triggers: Number(rowsOf('triggers')[0]?.['count'] ?? 0),
    engine: text(row, 'engine'),
    isSystemVersioned: row['type'] === 'SYSTEM VERSIONED',
    estimateRows: Number(row['estimate'] ?? 0),
    estimateBytes: Number(row['bytes'] ?? 0),
    nextAutoIncrement: columns.some(({ extra }) => extra.includes('auto_increment')) ? (row['nextId'] ?? '1') : null,
    collation: row['collation'] ?? null,
    comment: text(rowsOf('comments')[0] ?? {}, 'comment'),
    isPartitioned: text(row, 'options').includes('partitioned'),
  };
}

function describe(
  row: Row,
  { columns, indexes, referencedBy }: Pick<CatalogueTable, 'columns' | 'indexes' | 'referencedBy'>,
): TableDescription {
  const names = columns.map(({ name, type, nullable, isGenerated, isLogged, columnType }) => ({
    name,
    type,
    nullable,
    isGenerated,
    isLogged,
    columnType,
  }));
  const key = keyIndex(indexes, columns);
  const uniques = indexes.filter((index) => index.isUnique && index !== key).map(indexColumns);
  return {
    database: text(row, 'database'),
    table: text(row, 'table'),
    columns: names,
    key: key ? (indexColumns(key) ?? []) : [],
    uniques: uniques.filter((unique) => unique !== null),
    cascades: referencedBy.map(cascade).filter((action) => action.onDelete !== null || action.onUpdate !== null),
  };
}

/**
 * The primary key, else the unique key with the fewest columns that holds no NULL, no prefix and no expression; of two
 * alike the first by name, so that stream and snapshot choose the same.
 */
function keyIndex(indexes: readonly CatalogueIndex[], columns: readonly CatalogueColumn[]): CatalogueIndex | undefined {
  const nullable = new Map(columns.map((column) => [column.name, column.nullable]));
  const isUsable = (index: CatalogueIndex) =>
    index.isUnique && index.parts.every((part) => part.prefix === null && nullable.get(part.column ?? '') === false);
  const [shortest] = indexes.filter(isUsable).sort((a, b) => a.parts.length - b.parts.length);
  return indexes.find((index) => index.isPrimary) ?? shortest;
}

/** null for an index with an expression among its parts. */
function indexColumns(index: CatalogueIndex): readonly string[] | null {
  const names = index.parts.map((part) => part.column).filter((name) => name !== null);
  return names.length === index.parts.length ? names : null;
}

function byTable(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, tableKey);
}

function tableKey(row: Row): string {
  return nameKey(row['database'], row['table']);
}

function nameKey(database: string | null | undefined, table: string | null | undefined): string {
  return JSON.stringify([database, table]);
}
