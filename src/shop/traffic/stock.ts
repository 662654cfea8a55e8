/** Stock moves between the locations of a product: what all of them hold together, reserved or not, never changes. */
import { oddDate, someId } from './choice.ts';
import type { Outcome, Work } from './work.ts';

type Place = { readonly locationId: number; readonly quantity: number };

async function placesOf(work: Work, productId: number): Promise<Place[]> {
  const rows = await work.read(
    'SELECT location_id, quantity FROM tbl_inventory WHERE product_id = ? ORDER BY quantity DESC',
    [productId],
  );
  return rows.map((row) => ({ locationId: Number(row['location_id']), quantity: Number(row['quantity']) }));
}

async function take(work: Work, productId: number, locationId: number, quantity: number): Promise<boolean> {
  const taken = await work.update(
    'UPDATE tbl_inventory SET quantity = quantity - ? WHERE location_id = ? AND product_id = ? AND quantity >= ?',
    [quantity, locationId, productId, quantity],
  );
  return taken === 1;
}

/** To any location, one that never had the product included: the upsert makes the row or adds to it. */
export async function moveStock(work: Work): Promise<Outcome> {
  const productId = someId(work, 'tbl_product');
  const [from] = await placesOf(work, productId);
  if (!from || from.quantity < 1) return 'rollback';
  const quantity = work.random.between(1, Math.min(from.quantity, 20));
  if (!(await take(work, productId, from.locationId, quantity))) return 'rollback';
  await work.insert(
    `INSERT INTO tbl_inventory (location_id, product_id, quantity, bin_code, counted_on) VALUES (?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE quantity = quantity + VALUES(quantity), counted_on = VALUES(counted_on)`,
    [someId(work, 'tbl_location'), productId, quantity, work.random.oneIn(4) ? '' : 'NEW', oddDate(work)],
  );
  return 'commit';
}

/** By the procedure in the server, which raises an error when the other location has no row. */
export async function callMoveStock(work: Work): Promise<Outcome> {
  const productId = someId(work, 'tbl_product');
  const places = await placesOf(work, productId);
  const [from] = places;
  const to = places.at(-1);
  if (!from || !to || places.length < 2) return 'rollback';
  const target = work.random.oneIn(10) ? someId(work, 'tbl_location') : to.locationId;
  await work.run('CALL sp_move_stock(?, ?, ?, ?, @moved)', [
    productId,
    from.locationId,
    target,
    work.random.between(1, 5),
  ]);
  return 'commit';
}

/** Gives what was reserved back to the shelf. */
export async function releaseStock(work: Work): Promise<Outcome> {
  const released = await work.update(
    'UPDATE tbl_inventory SET quantity = quantity + reserved, reserved = 0, temperature = ? WHERE product_id = ? AND reserved > 0',
    [Math.fround(work.random.below(300) / 10), someId(work, 'tbl_product')],
  );
  return released > 0 ? 'commit' : 'rollback';
}

/** Moves a whole row to another location: an update of the composite key. Empty rows are cleared away instead. */
export async function relocateStock(work: Work): Promise<Outcome> {
  const productId = someId(work, 'tbl_product');
  const cleared = await work.delete(
    'DELETE FROM tbl_inventory WHERE product_id = ? AND quantity = 0 AND reserved = 0',
    [productId],
  );
  const [from] = await placesOf(work, productId);
  if (!from) return cleared > 0 ? 'commit' : 'rollback';
  await work.update('UPDATE tbl_inventory SET location_id = ? WHERE location_id = ? AND product_id = ?', [
    someId(work, 'tbl_location'),
    from.locationId,
    productId,
  ]);
  return 'commit';
}
