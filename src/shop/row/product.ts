import { moment, momentUs } from '../calendar.ts';
import { bytes, double, money, text, textOrNull } from '../literal.ts';
import { ADJECTIVES, LATIN1_ODD, LATIN1_STREETS, NOUNS, UNICODE_ODD } from '../word.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const CATEGORIES = ["'home'", "'garden'", "'toys, games'", "'men''s'", "'women''s'"] as const;
const LABELS = [
  'NULL',
  "''",
  "'new'",
  "'last few'",
  "'new,sale,last few,buyers'' choice'",
  "'buyers'' choice'",
] as const;
const GTINS = ['9223372036854775807', '0', 'NULL', '9007199254740993'];
const WEIGHTS = ['NULL', '0e0', '-0e0', '1e-45', '3.4028234e38', '0.33333334e0'];
const PACKS = ['0', '255', '1'];
const PICTURES = ['NULL', "''", "x'00'", "x'ffd8ffe000104a46494600'"];
const ATTRIBUTES = ['NULL', "'{}'", '\'{"a b":{"c":[]}}\'', text('{"unit":"µm","note":"50 % \\"off\\"","n":0.1}')];

export const PRODUCT_ROWS: RowMaker = {
  columns:
    'id, sku, supplier_id, name, description, description_old, category, labels, price, vat_rate, weight_kg, gtin, stock, pack_size, attributes, picture, is_active, is_digital, created_at, updated_at',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_product, random);
    const supplier = random.oneIn(12) ? 'NULL' : random.between(1, model.rows.tbl_supplier);
    const name = `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)} ${index + 1}`;
    const oddText = oddAt(UNICODE_ODD, index);
    const description =
      oddText === undefined ? `'A ${name}, made for every day — ${random.pick(NOUNS)}.'` : textOrNull(oddText);
    const oddOld = oddAt(LATIN1_ODD, index);
    const old = oddOld === undefined ? text(random.pick(LATIN1_STREETS)) : textOrNull(oddOld);
    return (
      `(${index + 1},'SKU-${String(index + 1).padStart(7, '0')}',${supplier},'${name}',${description},${old},` +
      `${oddAt(CATEGORIES, index) ?? random.pick(CATEGORIES)},${oddAt(LABELS, index) ?? random.pick(LABELS)},` +
      `${money(model.priceCents(index))},${random.oneIn(3) ? '7.00' : '19.00'},` +
      `${oddAt(WEIGHTS, index) ?? double(Math.fround(random.below(9000) / 300))},` +
      `${oddAt(GTINS, index) ?? 4_000_000_000_000 + random.next()},${model.stock(index)},${oddAt(PACKS, index) ?? random.between(1, 24)},` +
      `${oddAt(ATTRIBUTES, index) ?? `'{"color":"${random.pick(ADJECTIVES)}","cm":[${random.below(90)},${random.below(90)}]}'`},` +
      `${oddAt(PICTURES, index) ?? (random.oneIn(3) ? bytes(random.hex(64)) : 'NULL')},${random.oneIn(9) ? 0 : 1},` +
      `${random.oneIn(15) ? 1 : 0},${momentUs(day, random)},${moment(day, random)})`
    );
  },
};
