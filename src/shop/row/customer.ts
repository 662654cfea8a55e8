import { date, HISTORY_DAYS, moment, momentUs } from '../calendar.ts';
import { bytes, money, text, textOrNull } from '../literal.ts';
import { hex32, mix, type Random } from '../random.ts';
import { FIRST_NAMES, LAST_NAMES, LATIN1_ODD, LATIN1_STREETS, UNICODE_ODD } from '../word.ts';
import { COUNTRY_ROWS } from './reference.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const STATUS = ["'new'", "'active'", "'vip, gold'", "'won''t pay'"] as const;
const INTERESTS = [
  "''",
  "'home'",
  "'garden or balcony'",
  "'kids'''",
  "'home,garden or balcony,kids'',sport,other'",
  "'sport'",
] as const;
const BORN = ['NULL', "'0000-00-00'", "'1980-00-00'", "'1980-07-00'", "'1000-01-01'", "'9999-12-31'", "'1900-02-28'"];
const SEEN = [
  'NULL',
  "'0000-00-00 00:00:00'",
  "'1000-01-01 00:00:00.000001'",
  "'9999-12-31 23:59:59.999999'",
  "'2024-03-31 02:30:00'",
];
const CREDIT = ['0.00', '-9999999999.99', '9999999999.99', '-0.01', '0.10'];
const NEWSLETTER = ['2', 'NULL', '0', '1', '2'];
const CONSENT = ["b'0'", "b'11111111'", "b'10000000'", "b'1'"];
const PREFERENCES = [
  'NULL',
  "'null'",
  "'{}'",
  text('{"theme":"dark 🌙","sizes":[38,39.5,-1e-3],"since":9007199254740993,"ok":true,"none":null,"é":"\\u00e9"}'),
  '\'[1,"1",true,null]\'',
];

function preferences(random: Random): string {
  const size = random.below(4);
  if (size === 0) return 'NULL';
  return `'{"theme":"${size === 1 ? 'light' : 'dark'}","page":${random.below(200)},"mail":${size === 2}}'`;
}

function lastSeen(random: Random): string {
  const kind = random.below(40);
  if (kind === 0) return "'0000-00-00 00:00:00'";
  return kind < 8 ? 'NULL' : momentUs(HISTORY_DAYS - 1 - random.below(900), random);
}

export const CUSTOMER_ROWS: RowMaker = {
  columns:
    'id, uuid, email, first_name, last_name, nickname, address_old, phone, country_id, status, interests, preferences, consent, credit, born_on, last_seen_at, is_vip, newsletter, created_at, updated_at',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_customer, random);
    const first = random.pick(FIRST_NAMES);
    const oddNick = oddAt(UNICODE_ODD, index);
    const nickname = oddNick === undefined ? (random.oneIn(3) ? `'${first}🙂'` : 'NULL') : textOrNull(oddNick);
    const oddAddress = oddAt(LATIN1_ODD, index);
    const address = oddAddress === undefined ? text(random.pick(LATIN1_STREETS)) : textOrNull(oddAddress);
    const email = `'${index % 7 === 0 ? 'Client' : 'client'}.${index + 1}@example.com'`;
    const born = oddAt(BORN, index) ?? (random.oneIn(30) ? "'0000-00-00'" : date(random.below(HISTORY_DAYS)));
    return (
      `(${index + 1},${bytes(hex32(mix(index + model.seed)) + random.hex(12))},${email},'${first}',${text(random.pick(LAST_NAMES))},` +
      `${nickname},${address},${random.oneIn(4) ? "''" : `'+49 ${random.next()}'`},${random.between(1, COUNTRY_ROWS)},` +
      `${oddAt(STATUS, index) ?? random.pick(STATUS)},${oddAt(INTERESTS, index) ?? random.pick(INTERESTS)},` +
      `${oddAt(PREFERENCES, index) ?? preferences(random)},${oddAt(CONSENT, index) ?? random.below(256)},` +
      `${oddAt(CREDIT, index) ?? money(random.between(-50_000, 50_000))},${born},${oddAt(SEEN, index) ?? lastSeen(random)},` +
      `${random.oneIn(20) ? 1 : 0},${oddAt(NEWSLETTER, index) ?? random.below(2)},${momentUs(day, random)},${moment(day, random)})`
    );
  },
};
