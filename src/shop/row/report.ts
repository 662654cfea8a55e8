import { date } from '../calendar.ts';
import { bytes, double, text, textOrNull } from '../literal.ts';
import { LATIN1_ODD, NOUNS } from '../word.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const STATUS = ["'queued'", "'done'", "'failed, retried'", "'owner''s draft'"] as const;
const NINES = '9'.repeat(35);
const TOTALS = [
  'NULL',
  `${NINES}.${'9'.repeat(30)}`,
  `-${NINES}.${'9'.repeat(30)}`,
  `0.${'0'.repeat(29)}1`,
  '0',
  '12345678901234567890.123456789',
];
const RAN_FOR = ['NULL', "'838:59:59.000000'", "'-838:59:59.000000'", "'00:00:00.000001'", "'-00:00:01.500000'"];
const PAYLOADS = [
  'NULL',
  "'null'",
  "'{}'",
  text('{"rows":[{"k":"ü","v":1e100},{"k":"\\t","v":-0.0}],"n":18446744073709551615}'),
];
const TRENDS = ['NULL', '-0e0', '3.4028234e38', '-1.1754944e-38'];
const RATIOS = ['NULL', '-0e0', '-1.7976931348623157e308', '0.30000000000000004e0'];

export const REPORT_ROWS: RowMaker = {
  columns:
    'id, employee_id, name, period_year, week, status, parameters, payload, chart, exact_total, ratio, trend, ran_for, created_on',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_report, random);
    const odd = oddAt(LATIN1_ODD, index);
    const parameters = odd === undefined ? text(`année=${random.between(2014, 2024)}; devise=€`) : textOrNull(odd);
    const payload = oddAt(PAYLOADS, index) ?? `'{"rows":${random.below(9000)},"by":"${random.pick(NOUNS)}"}'`;
    return (
      `(${index + 1},${random.oneIn(5) ? 'NULL' : random.between(1, model.rows.tbl_employee)},'Rapport né ${index + 1}',` +
      `${random.oneIn(9) ? 'NULL' : random.between(2014, 2024)},${oddAt(['-128', '127', '0'], index) ?? random.between(1, 53)},` +
      `${oddAt(STATUS, index) ?? random.pick(STATUS)},${parameters},${payload},${random.oneIn(3) ? bytes(random.hex(96)) : 'NULL'},` +
      `${oddAt(TOTALS, index) ?? `${random.next()}.${random.next()}`},${oddAt(RATIOS, index) ?? double(random.next() / 4294967296)},` +
      `${oddAt(TRENDS, index) ?? double(Math.fround(random.below(2000) / 7))},` +
      `${oddAt(RAN_FOR, index) ?? `'00:${10 + random.below(49)}:00.${100_000 + random.below(899_999)}'`},${date(day)})`
    );
  },
};
