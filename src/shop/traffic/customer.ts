/** Customers come, change and go; with one that goes its orders, invoices and documents go by cascade. */
import { money } from '../literal.ts';
import {
  oddDate,
  oddLatin1,
  oddMoment,
  oddMomentUs,
  oddText,
  presentId,
  randomBytes,
  someId,
  uniqueKey,
} from './choice.ts';
import type { Outcome, Work } from './work.ts';

const STATUS = ['new', 'active', 'vip, gold', "won't pay"] as const;
const INTERESTS = ['', 'home', "kids',sport", "home,garden or balcony,kids',sport,other"] as const;
const PREFERENCES = [null, 'null', '{}', '{"theme":"dark 🌙","big":9007199254740993,"x":[1,2.50,null]}'] as const;

export async function registerCustomer(work: Work): Promise<Outcome> {
  const { random } = work;
  const customer = await work.insert(
    `INSERT INTO tbl_customer (uuid, email, first_name, last_name, nickname, address_old, country_id, status, interests, preferences, consent, born_on, last_seen_at, newsletter, created_at)
    VALUES (?, ?, 'Zoë', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now(6))`,
    [
      uniqueKey(work),
      `New.${work.unique}@example.com`,
      "D'Angelo \\ Ünal",
      oddText(work),
      oddLatin1(work),
      random.between(1, 20),
      random.pick(STATUS),
      random.pick(INTERESTS),
      random.pick(PREFERENCES),
      random.below(256),
      oddDate(work),
      oddMomentUs(work),
      random.pick([null, 0, 1, 2]),
    ],
  );
  if (random.oneIn(2)) {
    await work.insert(
      "INSERT INTO tbl_insurance (customer_id, policy_no, kind, premium, starts_on, ends_on, terms) VALUES (?, ?, 'fire, water', 9.99, '2024-01-01', ?, ?)",
      [customer.insertId, `T-${work.unique}`, oddDate(work), oddLatin1(work)],
    );
  }
  await work.insert(
    "INSERT INTO tbl_document (id, customer_id, title, content, hash64, digest, uploaded_at, expires_at) VALUES (?, ?, 'Contract', ?, 18446744073709551614, ?, now(6), ?)",
    [
      uniqueKey(work),
      customer.insertId,
      randomBytes(work, 4 * random.below(60)),
      randomBytes(work, 32),
      oddMoment(work),
    ],
  );
  return 'commit';
}

export async function updateCustomer(work: Work): Promise<Outcome> {
  const { random } = work;
  const id = someId(work, 'tbl_customer');
  const changed = await work.update(
    'UPDATE tbl_customer SET nickname = ?, address_old = ?, status = ?, preferences = ?, born_on = ?, credit = ? WHERE id = ?',
    [
      oddText(work),
      oddLatin1(work),
      random.pick(STATUS),
      random.pick(PREFERENCES),
      oddDate(work),
      money(random.between(-50_000, 50_000)),
      id,
    ],
  );
  // An update that changes nothing: no row event, or one with equal images.
  await work.update('UPDATE tbl_customer SET phone = phone WHERE id = ?', [id]);
  return changed === 1 ? 'commit' : 'rollback';
}

/** Brings the deposits of the customer's invoices to the insurance pool first, so that the cascade takes no money away. */
export async function deleteCustomer(work: Work): Promise<Outcome> {
  const id = await presentId(work, 'tbl_customer');
  if (id === undefined) return 'rollback';
  // Locks the customer against new orders, and then every invoice against transfers, before the sum is taken.
  await work.read('SELECT id FROM tbl_customer WHERE id = ? FOR UPDATE', [id]);
  const invoices = await work.read(
    'SELECT b.id, b.balance FROM tbl_order o JOIN tbl_billing b ON b.order_id = o.id WHERE o.customer_id = ? FOR UPDATE',
    [id],
  );
  for (const invoice of invoices) {
    const received = await work.update('UPDATE tbl_insurance SET reserve = reserve + ? WHERE id = ?', [
      invoice['balance'],
      someId(work, 'tbl_insurance'),
    ]);
    if (received !== 1) return 'rollback';
  }
  const gone = await work.delete('DELETE FROM tbl_customer WHERE id = ?', [id]);
  return gone === 1 ? 'commit' : 'rollback';
}
