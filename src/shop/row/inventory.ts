import { date, HISTORY_DAYS, moment } from '../calendar.ts';
import { double } from '../literal.ts';
import { SLOTS_PER_PRODUCT } from '../scale.ts';
import { oddAt, type RowMaker } from './row-maker.ts';

const BINS = ["''", "'A1'", "'  A1'", "'ÄÖ-9'", "'zzzzzz'"];
const TEMPERATURES = ['NULL', '-0e0', '-273.15e0', '0.1e0'];
const COUNTED_ON = ['NULL', "'0000-00-00'", "'2020-02-29'"];
const COUNTED_AT = ['NULL', "'00:00:00.00'", "'23:59:59.99'", "'-12:30:00.05'"];

export const INVENTORY_ROWS: RowMaker = {
  columns:
    'location_id, product_id, quantity, reserved, reorder_at, bin_code, temperature, counted_on, counted_at, is_low, updated_at',
  row(index, random, model) {
    const product = Math.floor(index / SLOTS_PER_PRODUCT);
    const slot = index % SLOTS_PER_PRODUCT;
    const quantity = model.quantity(product, slot);
    const reorderAt = random.between(2, 30);
    const day = random.below(HISTORY_DAYS);
    return (
      `(${model.locationId(product, slot)},${product + 1},${quantity},${random.below(6)},${reorderAt},` +
      `${oddAt(BINS, index) ?? `'B${random.below(10_000)}'`},` +
      `${oddAt(TEMPERATURES, index) ?? (random.oneIn(3) ? double(Math.fround(random.between(-200, 300) / 10)) : 'NULL')},` +
      `${oddAt(COUNTED_ON, index) ?? date(day)},${oddAt(COUNTED_AT, index) ?? `'${10 + random.below(13)}:15:00.${10 + random.below(89)}'`},` +
      `${quantity < reorderAt ? 1 : 0},${moment(day, random)})`
    );
  },
};
