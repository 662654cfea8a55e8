import { HISTORY_DAYS, moment, momentUs, time } from '../calendar.ts';
import { bytes, money, text, textOrNull } from '../literal.ts';
import { type OrderItem, totalCents } from '../model.ts';
import type { Random } from '../random.ts';
import { CURRENCIES, LATIN1_ODD, NOUNS, UNICODE_ODD } from '../word.ts';
import { historyDay, oddAt, type RowMaker, yearNumber } from './row-maker.ts';

const STATUS = ["'cart'", "'paid'", "'sent'", "'returned, refunded'", "'customer''s dispute'"] as const;
const OPTIONS = [
  "''",
  "'gift'",
  "'gift,express'",
  "'no signature'",
  "'gift,express,no signature,neighbour''s door'",
  "''",
] as const;
const SHIPPED = ['NULL', "'0000-00-00 00:00:00'", "'2024-10-27 02:30:00'", "'2014-01-00 00:00:00'"];
const IPS = ['NULL', "''", "x'7f000001'", "x'20010db8000000000000000000000001'", "x'00000000'"];

/** As the live traffic writes them too: sent before the agreed hour, so no time of day. */
const DELIVERY = ["'-00:30:00'"];

function delivery(random: Random): string {
  return random.oneIn(5) ? time(random) : 'NULL';
}

/** The items as the column keeps them. */
function itemsJson(items: readonly OrderItem[]): string {
  const parts = items.map(
    (item) => `{"product":${item.productId},"n":${item.quantity},"price":"${money(item.priceCents)}"}`,
  );
  return `'[${parts.join(',')}]'`;
}

function shipped(day: number, random: Random): string {
  const kind = random.below(20);
  if (kind === 0) return "'0000-00-00 00:00:00'";
  return kind < 4 ? 'NULL' : moment(Math.min(day + random.below(9), HISTORY_DAYS), random);
}

function note(index: number, random: Random): string {
  const odd = oddAt(UNICODE_ODD, index);
  if (odd !== undefined) return textOrNull(odd);
  const kind = random.below(12);
  if (kind === 0) return `'Please ring twice 🔔 and mind the ${random.pick(NOUNS)}'`;
  return kind === 1 ? "''" : 'NULL';
}

function noteOld(index: number, random: Random): string {
  const odd = oddAt(LATIN1_ODD, index);
  if (odd !== undefined) return textOrNull(odd);
  return random.oneIn(10) ? text('livré à l’étage, 5 €') : 'NULL';
}

export const ORDER_ROWS: RowMaker = {
  columns:
    'id, order_no, customer_id, employee_id, location_id, status, items, item_count, total, currency, options, note, note_old, ip, placed_at, shipped_at, delivery_at, is_paid, is_gift, updated_at',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_order, random);
    const items = model.items(index);
    const employee = random.oneIn(6) ? 'NULL' : random.between(1, model.rows.tbl_employee);
    return (
      `(${index + 1},'${yearNumber(day, index)}',${random.between(1, model.rows.tbl_customer)},${employee},` +
      `${random.between(1, model.rows.tbl_location)},${oddAt(STATUS, index) ?? random.pick(STATUS)},${itemsJson(items)},` +
      `${items.length},${money(totalCents(items))},'${random.oneIn(4) ? random.pick(CURRENCIES) : 'EUR'}',` +
      `${oddAt(OPTIONS, index) ?? random.pick(OPTIONS)},${note(index, random)},${noteOld(index, random)},` +
      `${oddAt(IPS, index) ?? bytes(random.hex(4))},${momentUs(day, random)},${oddAt(SHIPPED, index) ?? shipped(day, random)},` +
      `${oddAt(DELIVERY, index) ?? delivery(random)},${random.oneIn(4) ? 0 : 1},b'${random.oneIn(9) ? 1 : 0}',${moment(day, random)})`
    );
  },
};
