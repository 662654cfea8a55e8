/** Reports, documents, employees, products and suppliers: blobs, key updates, parents that are replaced or deleted. */
import { oddDate, oddLatin1, oddMoment, presentId, randomBytes, someId, uniqueKey } from './choice.ts';
import type { Outcome, Work } from './work.ts';

export async function writeReport(work: Work): Promise<Outcome> {
  const { random } = work;
  const verb = random.oneIn(3) ? 'REPLACE' : 'INSERT';
  const onDuplicate =
    verb === 'INSERT' ? 'ON DUPLICATE KEY UPDATE payload = VALUES(payload), chart = VALUES(chart)' : '';
  await work.insert(
    `${verb} INTO tbl_report (id, name, period_year, parameters, payload, chart, exact_total, ratio, trend, ran_for, created_on)
    VALUES (?, 'Journée', ?, ?, ?, ?, ?, ?, ?, ?, '2024-12-31') ${onDuplicate}`,
    [
      someId(work, 'tbl_report') + random.below(20),
      random.pick([null, 0, 1901, 2155]),
      oddLatin1(work),
      `{"n":${random.next()},"t":"✓"}`,
      randomBytes(work, 4 * random.below(200)),
      `${random.next()}.${'1'.repeat(30)}`,
      random.next() / 3,
      Math.fround(random.next() / 3),
      random.pick(['-838:59:59.000000', '00:00:00.000001', null]),
    ],
  );
  return 'commit';
}

export async function deleteReport(work: Work): Promise<Outcome> {
  const gone = await work.delete('DELETE FROM tbl_report WHERE id = ?', [someId(work, 'tbl_report')]);
  return gone === 1 ? 'commit' : 'rollback';
}

/** Gives a document a new binary key, or new contents. */
export async function changeDocument(work: Work): Promise<Outcome> {
  const [document] = await work.read('SELECT id FROM tbl_document WHERE id >= ? ORDER BY id LIMIT 1', [
    randomBytes(work, 16),
  ]);
  if (!document) return 'rollback';
  const id = document['id'] as Buffer;
  if (work.random.oneIn(4)) await work.update('UPDATE tbl_document SET id = ? WHERE id = ?', [uniqueKey(work), id]);
  else {
    await work.update(
      'UPDATE tbl_document SET content = ?, thumbnail = NULL, file_name = ?, expires_at = ? WHERE id = ?',
      [randomBytes(work, 4 * work.random.below(100)), oddLatin1(work), oddMoment(work), id],
    );
  }
  return 'commit';
}

export async function hireEmployee(work: Work): Promise<Outcome> {
  await work.insert(
    "INSERT INTO tbl_employee (manager_id, location_id, login, first_name, last_name, overtime, hired_on, photo, permissions, badge) VALUES (?, ?, ?, 'Věra', 'Łukasik', '-12:00:00.500', ?, ?, 'sell,stock: move', b'101')",
    [
      (await presentId(work, 'tbl_employee')) ?? null,
      someId(work, 'tbl_location'),
      `Hired.${work.unique}`,
      oddDate(work),
      randomBytes(work, 16),
    ],
  );
  return 'commit';
}

/** Orders, reports, settings and other employees lose their reference: ON DELETE SET NULL. */
export async function dismissEmployee(work: Work): Promise<Outcome> {
  const gone = await work.delete('DELETE FROM tbl_employee WHERE id = ?', [someId(work, 'tbl_employee')]);
  return gone === 1 ? 'commit' : 'rollback';
}

/** REPLACE of a row that others point to: MySQL 9.7 keeps the references, MySQL 8.0 and MariaDB set them to NULL. */
export async function replaceEmployee(work: Work): Promise<Outcome> {
  const [employee] = await work.read(
    'SELECT id, location_id, login, first_name FROM tbl_employee WHERE id >= ? ORDER BY id LIMIT 1',
    [someId(work, 'tbl_employee')],
  );
  if (!employee) return 'rollback';
  await work.insert(
    "REPLACE INTO tbl_employee (id, location_id, login, first_name, last_name) VALUES (?, ?, ?, ?, 'Replaced')",
    [employee['id'], employee['location_id'], employee['login'], employee['first_name']],
  );
  return 'commit';
}

/** A new product, with empty stock at two locations; the upsert covers the case that both are one. */
export async function launchProduct(work: Work): Promise<Outcome> {
  const product = await work.insert(
    "INSERT INTO tbl_product (sku, supplier_id, name, description_old, category, price, gtin, picture, created_at) VALUES (?, ?, 'Neu — ✨', ?, 'toys, games', ?, ?, ?, now(6))",
    [
      `T-${work.unique}`,
      (await presentId(work, 'tbl_supplier')) ?? null,
      oddLatin1(work),
      `${work.random.below(900)}.99`,
      '9223372036854775807',
      randomBytes(work, 40),
    ],
  );
  await work.insert(
    'INSERT INTO tbl_inventory (location_id, product_id, quantity) VALUES (?, ?, 0), (?, ?, 0) ON DUPLICATE KEY UPDATE bin_code = VALUES(bin_code)',
    [someId(work, 'tbl_location'), product.insertId, someId(work, 'tbl_location'), product.insertId],
  );
  return 'commit';
}

export async function repriceProduct(work: Work): Promise<Outcome> {
  const first = someId(work, 'tbl_product');
  const changed = await work.update(
    'UPDATE tbl_product SET price = ?, weight_kg = weight_kg / 3 WHERE id BETWEEN ? AND ?',
    [`${work.random.below(400)}.95`, first, first + 4],
  );
  return changed > 0 ? 'commit' : 'rollback';
}

/** The newest product that the traffic launched; its stock, which is empty, goes by cascade. */
export async function dropProduct(work: Work): Promise<Outcome> {
  const [product] = await work.read("SELECT id FROM tbl_product WHERE sku LIKE 'T-%' ORDER BY id DESC LIMIT 1");
  if (!product) return 'rollback';
  await work.delete('DELETE FROM tbl_product WHERE id = ?', [product['id']]);
  return 'commit';
}

/** A supplier is replaced by a new one: the products of the old one lose theirs, ON DELETE SET NULL. */
export async function changeSupplier(work: Work): Promise<Outcome> {
  await work.insert(
    "INSERT INTO tbl_supplier (uuid, name, name_old, country_id, contract_start, contract_end, created_at) VALUES (?, 'Łódź & Söhne', ?, ?, ?, ?, now(6))",
    [
      uniqueKey(work),
      oddLatin1(work),
      work.random.between(1, 20),
      work.random.oneIn(3) ? '0000-00-00' : '2024-02-29',
      oddDate(work),
    ],
  );
  await work.delete('DELETE FROM tbl_supplier WHERE id = ?', [someId(work, 'tbl_supplier')]);
  return 'commit';
}
