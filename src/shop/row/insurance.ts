import { date, moment } from '../calendar.ts';
import { double, money, text, textOrNull } from '../literal.ts';
import { LATIN1_ODD, LATIN1_STREETS } from '../word.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const KINDS = ["'theft'", "'breakage'", "'fire, water'", "'buyer''s remorse'"] as const;
const COVERAGE = ["''", "'home'", "'kids & pets'", "'home,abroad,kids & pets,owner''s car'", "'abroad'"] as const;
const ENDS = ['NULL', "'0000-00-00'", "'9999-12-31'", "'2020-12-00'"];
const SIGNED = [
  'NULL',
  "'0000-00-00 00:00:00'",
  "'1970-01-01 00:00:01'",
  "'2038-01-19 03:14:07'",
  "'2024-03-31 01:00:00'",
];
const BUILT = ['NULL', '0000', '1901', '2155'];

export const INSURANCE_ROWS: RowMaker = {
  columns:
    'id, customer_id, policy_no, kind, coverage, premium, reserve, risk, probability, starts_on, ends_on, signed_at, built_in, terms, is_cancelled',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_insurance, random);
    const customer = random.oneIn(10) ? 'NULL' : random.between(1, model.rows.tbl_customer);
    const odd = oddAt(LATIN1_ODD, index);
    const terms = odd === undefined ? text(`§ ${random.below(99)} — ${random.pick(LATIN1_STREETS)}`) : textOrNull(odd);
    return (
      `(${index + 1},${customer},'P-${String(index + 1).padStart(8, '0')}',${oddAt(KINDS, index) ?? random.pick(KINDS)},` +
      `${oddAt(COVERAGE, index) ?? random.pick(COVERAGE)},${money(random.between(100, 90_000))},${money(random.between(100_000, 9_000_000))},` +
      `${double(Math.fround(random.below(1000) / 999))},${double(random.next() / 4294967296)},${date(day)},` +
      `${oddAt(ENDS, index) ?? date(day + 365)},${oddAt(SIGNED, index) ?? moment(day, random)},` +
      `${oddAt(BUILT, index) ?? random.between(1950, 2024)},${terms},${random.oneIn(9) ? 1 : 0})`
    );
  },
};
