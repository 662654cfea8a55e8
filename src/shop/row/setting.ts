import { HISTORY_DAYS, moment } from '../calendar.ts';
import { text, textOrNull } from '../literal.ts';
import { UNICODE_ODD } from '../word.ts';
import { oddAt, type RowMaker } from './row-maker.ts';

/** Settings in which the fill leaves the sums that never change; traffic leaves them alone. */
const FACT_SETTINGS = ['shop.transfer_total', 'shop.stock_total'] as const;

const ODD_NAMES = [
  "owner's.name",
  'Shop.Title',
  'emoji.🎁',
  'größe',
  'a b',
  'back\\slash',
  '"quoted"',
  'x'.repeat(100),
  'mail;from',
];
const TYPES = ["'text'", "'number'", "'flag'", "'list, by comma'", "'operator''s note'"] as const;

function settingName(index: number): string {
  return oddAt(FACT_SETTINGS, index) ?? oddAt(ODD_NAMES, index - FACT_SETTINGS.length) ?? `app.option_${index}`;
}

export const SETTING_ROWS: RowMaker = {
  columns: 'name, value, value_type, is_secret, changed_by_id, changed_at',
  row(index, random, model) {
    const odd = oddAt(UNICODE_ODD, index);
    const value = odd === undefined ? text(`value ${random.below(1000)}`) : textOrNull(odd);
    const changedBy = random.oneIn(2) ? 'NULL' : random.between(1, model.rows.tbl_employee);
    const type = oddAt(TYPES, index) ?? random.pick(TYPES);
    const name = text(settingName(index));
    return `(${name},${value},${type},${random.oneIn(7) ? 1 : 0},${changedBy},${moment(random.below(HISTORY_DAYS), random)})`;
  },
};
