/** What the traffic knows of the shop: how far the keys go. Rows may be gone when it comes to them. */
import type { Connection, RowDataPacket } from 'mysql2/promise';

const KEYED = [
  'tbl_customer',
  'tbl_order',
  'tbl_billing',
  'tbl_insurance',
  'tbl_product',
  'tbl_supplier',
  'tbl_employee',
  'tbl_location',
  'tbl_report',
] as const;

export type KeyedTable = (typeof KEYED)[number];
/** The highest key of each table. */
export type ShopFacts = Readonly<Record<KeyedTable, number>>;

export async function readFacts(connection: Connection): Promise<ShopFacts> {
  const maxima = KEYED.map((table) => `(SELECT COALESCE(MAX(id), 1) FROM ${table}) AS ${table}`);
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${maxima.join(', ')}`);
  const entries = KEYED.map((table) => [table, Number(rows[0]?.[table])]);
  return Object.fromEntries(entries) as Record<KeyedTable, number>;
}
