import { date, momentUs } from '../calendar.ts';
import { bytes, double, text, textOrNull } from '../literal.ts';
import { hex32, mix } from '../random.ts';
import { ADJECTIVES, LAST_NAMES, LATIN1_ODD, LATIN1_STREETS, UNICODE_ODD } from '../word.ts';
import { COUNTRY_ROWS } from './reference.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const TERMS = ["'net 30'", "'net 60'", "'prepaid, 2 % off'", "'supplier''s own'"] as const;
const STARTS = ["'0000-00-00'", "'2016-05-01'", "'0000-00-00'", "'9999-12-31'", "'1000-01-01'"];
const ENDS = ['NULL', "'0000-00-00'", "'9999-12-31'", "'2016-00-00'"];
const RATINGS = ['NULL', '-0e0', '3.4028234e38', '1.17549435e-38', '-3.4028234e38', '16777216e0', '0.1e0'];
const SCORES = ['1.7976931348623157e308', '2.2250738585072014e-308', '0e0', '0.1e0', '9007199254740993e0'];
const CONTACTS = [
  'NULL',
  "'null'",
  "'{}'",
  "'[]'",
  '\'""\'',
  "'true'",
  "'9007199254740993'",
  text('{"phone":["+49 30 123","☎"],"big":12345678901234567890,"deep":{"a":[1,2.5,{"b":null}]},"quote":"\\"\\\\"}'),
];

export const SUPPLIER_ROWS: RowMaker = {
  columns:
    'id, uuid, name, name_old, vat_number, country_id, payment_terms, rating, score, contract_start, contract_end, contact, is_preferred, created_at',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_supplier, random);
    const oddName = oddAt(UNICODE_ODD, index);
    const name = oddName ?? `${random.pick(LAST_NAMES)} & ${random.pick(ADJECTIVES)} Ltd`;
    const oddOld = oddAt(LATIN1_ODD, index);
    const nameOld = oddOld === undefined ? text(random.pick(LATIN1_STREETS)) : textOrNull(oddOld);
    const start = oddAt(STARTS, index) ?? (random.oneIn(12) ? "'0000-00-00'" : date(day));
    const contact = oddAt(CONTACTS, index) ?? `'{"mail":"s${index}@example.com","visits":${random.below(90)}}'`;
    return (
      `(${index + 1},${bytes(hex32(mix(index)) + random.hex(12))},${text(name)},${nameOld},` +
      `${random.oneIn(4) ? 'NULL' : `'DE${random.next()}'`},${random.between(1, COUNTRY_ROWS)},` +
      `${oddAt(TERMS, index) ?? random.pick(TERMS)},${oddAt(RATINGS, index) ?? double(Math.fround(random.below(500) / 100))},` +
      `${oddAt(SCORES, index) ?? double(random.next() / 7)},${start},${oddAt(ENDS, index) ?? 'NULL'},${contact},` +
      `${random.below(2)},${momentUs(day, random)})`
    );
  },
};
