import { codecOf } from '../column/family.ts';
import type { TableVersion } from '../contract/table.ts';
import { readCatalogue } from './catalogue.ts';
import type { CatalogueTable } from './catalogue-table.ts';
import type { MysqlConnection } from './connection.ts';
import { quoteIdentifier, quoteTable } from './identifier.ts';
import { type KeyOrder, type KeyRange, keyOrderOf, orderBy, whereRange } from './key-order.ts';
import type { RawLayout } from './raw-rows.ts';

/** A table as one version of it is read: its SELECT, its rows' layout, its key's order. */
export interface ReadableTable {
  readonly version: TableVersion;
  readonly layout: RawLayout;
  /** null: no usable key. */
  readonly order: KeyOrder | null;
  readonly estimateRows: number;
  /** The server's average; 0 when it has none. */
  readonly rowBytes: number;
  readonly selectList: string;
  readonly from: string;
}

/** The table as the catalogue has it now; null when there is none. */
export async function loadTable(
  connection: MysqlConnection,
  database: string,
  table: string,
): Promise<ReadableTable | null> {
  const [found] = await readCatalogue(connection, { databases: [database], tables: [table] });
  return found ? readableTable(found) : null;
}

export function readableTable(table: CatalogueTable): ReadableTable {
  const { version } = table;
  const codecs = version.columns.map((column) => codecOf(column.type));
  return {
    version,
    layout: {
      columns: version.columns.map(({ nullable }, i) => ({ nullable, query: codecs[i]?.query ?? unreachable() })),
      key: version.key,
    },
    order: keyOrderOf(table),
    estimateRows: table.estimateRows,
    rowBytes: table.estimateRows > 0 ? table.estimateBytes / table.estimateRows : 0,
    // What the stream does not tell the snapshot does not either (INV-21).
    selectList: version.columns
      .map(({ name, unlogged }, i) => (unlogged ? 'NULL' : codecs[i]?.select(quoteIdentifier(name))))
      .join(', '),
    from: quoteTable(version) + (table.keyIndex === null ? '' : ` FORCE INDEX (${quoteIdentifier(table.keyIndex)})`),
  };
}

/** All columns of the rows of a range. */
export function selectRange(table: ReadableTable, range: KeyRange): string {
  const where = table.order ? whereRange(table.order, range) : '';
  return `SELECT ${table.selectList} FROM ${where === '' ? quoteTable(table.version) : table.from}${where}`;
}

/** The key of the row that ends a chunk of `rows` rows at the start of a range; no row when the range holds fewer. */
export function selectBound(table: ReadableTable, order: KeyOrder, range: KeyRange, rows: number): string {
  const values = order.columns.map((column, i) => `${column.value} AS k${i}`).join(', ');
  const rest = `${whereRange(order, range)}${orderBy(order)} LIMIT 1 OFFSET ${rows - 1}`;
  return `SELECT ${values} FROM ${table.from}${rest}`;
}

function unreachable(): never {
  throw new RangeError('a column without a codec');
}
