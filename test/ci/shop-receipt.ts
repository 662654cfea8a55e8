import { createConnection } from 'mysql2/promise';
import { expect } from 'vitest';
import type { Line } from '../e2e/line.ts';
import { onTarget } from '../e2e/statement.ts';
import type { DjangoShop } from './django-shop.ts';
import type { ShopClients } from './shop-client.ts';

export type Side = 'source' | 'target';

const ORDERS = `SELECT o.token AS token, COUNT(*) AS line_count, SUM(l.quantity) AS pieces
  FROM shop_order o JOIN shop_orderline l ON l.order_id = o.id GROUP BY o.token`;
const SHIPMENTS = `SELECT o.token AS token, COUNT(*) AS times FROM shop_order o
  JOIN shop_shipment s ON s.order_id = o.id GROUP BY o.token`;
const REPORTS = 'SELECT token, COUNT(*) AS times FROM shop_report GROUP BY token';
/** Half a transaction, or one that was done twice, shows in each of these. */
const ODD = [
  `SELECT p.sku FROM shop_product p WHERE 1000000 - p.stock <>
    (SELECT COALESCE(SUM(l.quantity), 0) FROM shop_orderline l WHERE l.product_id = p.id)`,
  'SELECT o.token FROM shop_order o WHERE (SELECT COUNT(*) FROM shop_job j WHERE j.order_id = o.id) <> 1',
  `SELECT o.token FROM shop_order o WHERE o.total <>
    (SELECT SUM(l.price * l.quantity) FROM shop_orderline l WHERE l.order_id = o.id)`,
  `SELECT j.id FROM shop_job j WHERE
    (SELECT COUNT(*) FROM shop_shipment s WHERE s.order_id = j.order_id) <> CASE j.state WHEN 'done' THEN 1 ELSE 0 END`,
] as const;

/** Every write that the shop acknowledged is in its database exactly once, with all that belongs to it. */
export async function expectReceipts(line: Line, side: Side, shop: DjangoShop, clients: ShopClients): Promise<void> {
  const [receipts, shipped, reports] = [[...clients.receipts], [...shop.shipped], [...shop.reports]];
  const ask = (sql: string) => rowsOf(line, side, sql);
  const orders = new Map((await ask(ORDERS)).map((row) => [row['token'], row]));
  const isThere = ({ token, lines, pieces }: (typeof receipts)[number]) => {
    const row = orders.get(token);
    return Number(row?.['line_count']) === lines && Number(row?.['pieces']) === pieces;
  };
  expect(receipts.filter((receipt) => !isThere(receipt))).toEqual([]);
  expect(new Set(receipts.map(({ token }) => token)).size).toBe(receipts.length);
  for (const [told, sql] of [
    [shipped, SHIPMENTS],
    [reports, REPORTS],
  ] as const) {
    const times = new Map((await ask(sql)).map((row) => [row['token'], Number(row['times'])]));
    expect(told.filter((token) => times.get(token) !== 1)).toEqual([]);
    expect([...times].filter(([, count]) => count !== 1)).toEqual([]);
    expect(told.length).toBeGreaterThan(0);
  }
  for (const sql of ODD) expect(await ask(sql)).toEqual([]);
}

async function rowsOf(line: Line, side: Side, sql: string): Promise<readonly Record<string, unknown>[]> {
  if (side === 'target') return await onTarget(line, sql);
  const connection = await createConnection(line.source.url);
  try {
    return (await connection.query(sql))[0] as Record<string, unknown>[];
  } finally {
    await connection.end();
  }
}
