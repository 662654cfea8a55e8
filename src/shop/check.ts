/** The shop's invariants, looked at on the source itself. */
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type SumInvariant, stockInvariant, transferInvariant } from './invariant.ts';

export type InvariantResult = { readonly name: string; readonly violations: number };

function sumCheck(invariant: SumInvariant): { name: string; sql: string } {
  const sum = invariant.sides.map((side) => `sums.${side}`).join(' + ');
  return {
    name: invariant.name,
    sql: `SELECT (SELECT ${sum} FROM (${invariant.mysql}) AS sums)
      <> (SELECT CAST(value AS decimal(30,2)) FROM tbl_settings WHERE name = '${invariant.setting}') AS violations`,
  };
}

function orphans(child: string, column: string, parent: string): { name: string; sql: string } {
  return {
    name: `every ${child}.${column} points to a row`,
    sql: `SELECT count(*) AS violations FROM ${child} c LEFT JOIN ${parent} p ON p.id = c.${column}
      WHERE c.${column} IS NOT NULL AND p.id IS NULL`,
  };
}

const CHECKS = [
  sumCheck(transferInvariant),
  sumCheck(stockInvariant),
  {
    name: 'a product has the stock of its inventory',
    sql: `SELECT count(*) AS violations FROM (SELECT p.id FROM tbl_product p LEFT JOIN tbl_inventory i ON i.product_id = p.id
      GROUP BY p.id, p.stock HAVING p.stock <> COALESCE(SUM(i.quantity), 0)) AS wrong`,
  },
  {
    name: 'an order has one invoice over its total',
    sql: `SELECT count(*) AS violations FROM (SELECT o.id FROM tbl_order o LEFT JOIN tbl_billing b ON b.order_id = o.id
      GROUP BY o.id, o.total HAVING count(b.id) <> 1 OR MAX(b.amount) <> o.total) AS wrong`,
  },
  {
    name: 'an order counts its items',
    sql: 'SELECT count(*) AS violations FROM tbl_order WHERE json_length(items) <> item_count',
  },
  {
    name: 'an invoice is settled when nothing is open',
    sql: 'SELECT count(*) AS violations FROM tbl_billing WHERE paid > amount OR is_settled <> (paid = amount)',
  },
  {
    name: 'what was rolled back is nowhere',
    sql: "SELECT count(*) AS violations FROM tbl_audit WHERE actor = 'must never be seen'",
  },
  orphans('tbl_order', 'customer_id', 'tbl_customer'),
  orphans('tbl_order', 'employee_id', 'tbl_employee'),
  orphans('tbl_billing', 'order_id', 'tbl_order'),
  orphans('tbl_inventory', 'product_id', 'tbl_product'),
  orphans('tbl_insurance', 'customer_id', 'tbl_customer'),
  orphans('tbl_document', 'customer_id', 'tbl_customer'),
  orphans('tbl_document', 'order_id', 'tbl_order'),
  orphans('tbl_product', 'supplier_id', 'tbl_supplier'),
  orphans('tbl_employee', 'manager_id', 'tbl_employee'),
  orphans('tbl_report', 'employee_id', 'tbl_employee'),
  orphans('tbl_settings', 'changed_by_id', 'tbl_employee'),
];

/** Each invariant with the number of rows (or sums) that break it: 0 for all while the shop is sound. */
export async function shopInvariants(connection: Connection): Promise<InvariantResult[]> {
  const results: InvariantResult[] = [];
  for (const { name, sql } of CHECKS) {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    // NULL means that the total itself is missing.
    results.push({ name, violations: Number(rows[0]?.['violations'] ?? 1) });
  }
  return results;
}
