/** Orders: the order, its invoice and the reservations of its goods in one transaction; payments. */
import { money } from '../literal.ts';
import type { OrderItem } from '../model.ts';
import { totalCents } from '../model.ts';
import { oddLatin1, oddText, presentId, randomBytes, someId, toCents } from './choice.ts';
import type { Outcome, Work } from './work.ts';

const METHODS = ['card', 'transfer', 'cash, on delivery', "giver's voucher"] as const;
const OPTIONS = ['', 'gift', 'gift,express', "no signature,neighbour's door"] as const;

/** Moves the goods from quantity to reserved; undefined when there are not enough. */
async function reserve(work: Work): Promise<OrderItem | undefined> {
  const productId = someId(work, 'tbl_product');
  const quantity = work.random.between(1, 4);
  const found = await work.read(
    'SELECT i.location_id, p.price FROM tbl_inventory i JOIN tbl_product p ON p.id = i.product_id WHERE i.product_id = ? AND i.quantity >= ? LIMIT 1',
    [productId, quantity],
  );
  const row = found[0];
  if (!row) return undefined;
  const moved = await work.update(
    'UPDATE tbl_inventory SET quantity = quantity - ?, reserved = reserved + ? WHERE location_id = ? AND product_id = ? AND quantity >= ?',
    [quantity, quantity, row['location_id'], productId, quantity],
  );
  return moved === 1 ? { productId, quantity, priceCents: toCents(row['price']) } : undefined;
}

async function insertOrder(work: Work, customer: string | number, items: readonly OrderItem[]): Promise<void> {
  const { random } = work;
  const total = money(totalCents(items));
  const json = items.map(({ productId, quantity, priceCents }) => ({
    product: productId,
    n: quantity,
    price: money(priceCents),
  }));
  const order = await work.insert(
    `INSERT INTO tbl_order (order_no, customer_id, employee_id, location_id, status, items, item_count, total, options, note, note_old, ip, placed_at, is_gift)
    VALUES (?, ?, (SELECT MIN(id) FROM tbl_employee WHERE id >= ?), ?, 'cart', ?, ?, ?, ?, ?, ?, ?, now(6), b'1')`,
    [
      `T${work.unique}`,
      customer,
      someId(work, 'tbl_employee'),
      someId(work, 'tbl_location'),
      JSON.stringify(json),
      items.length,
      total,
      random.pick(OPTIONS),
      oddText(work),
      oddLatin1(work),
      randomBytes(work, random.oneIn(3) ? 16 : 4),
    ],
  );
  await work.insert(
    'INSERT INTO tbl_billing (order_id, invoice_no, amount, method, fee, due_on, token) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [
      order.insertId,
      `RT${work.unique}`,
      total,
      random.pick(METHODS),
      random.next() / 7,
      '2025-01-31',
      randomBytes(work, 8),
    ],
  );
}

export async function placeOrder(work: Work): Promise<Outcome> {
  const customer = await presentId(work, 'tbl_customer');
  if (typeof customer !== 'string' && typeof customer !== 'number') return 'rollback';
  const items: OrderItem[] = [];
  for (let wanted = work.random.between(1, 3); wanted > 0; wanted--) {
    const item = await reserve(work);
    if (item) items.push(item);
  }
  if (items.length === 0) return 'rollback';
  await insertOrder(work, customer, items);
  return 'commit';
}

/** Pays an invoice in part or whole; the order follows when nothing is open any more. */
export async function payInvoice(work: Work): Promise<Outcome> {
  const [invoice] = await work.read(
    'SELECT id, order_id, amount, paid FROM tbl_billing WHERE id >= ? AND is_settled = 0 ORDER BY id LIMIT 1 FOR UPDATE',
    [someId(work, 'tbl_billing')],
  );
  if (!invoice) return 'rollback';
  const openCents = toCents(invoice['amount']) - toCents(invoice['paid']);
  const isWhole = openCents < 2 || work.random.oneIn(2);
  const payCents = isWhole ? openCents : work.random.between(1, openCents - 1);
  await work.update(
    'UPDATE tbl_billing SET paid = paid + ?, is_settled = ?, paid_at = now(6), method = ? WHERE id = ?',
    [money(payCents), isWhole ? 1 : 0, work.random.pick(METHODS), invoice['id']],
  );
  if (isWhole) {
    await work.update("UPDATE tbl_order SET is_paid = 1, status = 'paid' WHERE id = ?", [invoice['order_id']]);
  }
  return 'commit';
}

/** Sends an order: a change of odd columns in one row. */
export async function sendOrder(work: Work): Promise<Outcome> {
  const shipped = work.random.oneIn(8) ? '0000-00-00 00:00:00' : '2024-12-24 18:00:00';
  const sent = await work.update(
    "UPDATE tbl_order SET status = 'sent', shipped_at = ?, note = ?, note_old = ?, delivery_at = '-00:30:00' WHERE id = ?",
    [shipped, oddText(work), oddLatin1(work), someId(work, 'tbl_order')],
  );
  return sent === 1 ? 'commit' : 'rollback';
}
