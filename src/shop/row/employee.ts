import { date, momentUs, time } from '../calendar.ts';
import { bytes, money, text } from '../literal.ts';
import { FIRST_NAMES, LAST_NAMES } from '../word.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const OVERTIME = ["'-838:59:59.000'", "'838:59:59.000'", "'-00:00:00.001'", "'00:00:00.000'", "'25:00:00.500'"];
const BORN = ['NULL', '0000', '1901', '2155'];
const BADGES = ["b'0'", "b'111111111111'", 'NULL', "b'000000000001'", "b'100000000000'"];
const HIRED = ['NULL', "'0000-00-00'", "'2014-00-00'", "'2014-01-00'"];
const LAST_LOGIN = [
  "'0000-00-00 00:00:00.000000'",
  'NULL',
  "'1969-12-31 23:59:59.999999'",
  "'2038-01-19 03:14:08.000000'",
];
const PERMISSIONS = [
  'NULL',
  "''",
  "'sell'",
  "'sell,refund'",
  "'stock: move'",
  "'manager''s desk,reports'",
  '63',
] as const;
const PHOTOS = ['NULL', "''", "x'00'", "x'00ff00ff0a0d27225c'", "x'89504e470d0a1a0a0000'"];

/** The first employee has no manager; the others one hired before them. */
function managerOf(index: number, below: (limit: number) => number): string {
  return index < 2 ? 'NULL' : String(1 + below(Math.min(index, 12)));
}

export const EMPLOYEE_ROWS: RowMaker = {
  columns:
    'id, manager_id, location_id, login, first_name, last_name, salary, shift_start, overtime, hired_on, born_in, photo, permissions, badge, pin_hash, is_active, is_staff, last_login_at',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_employee, random);
    const manager = managerOf(index, (limit) => random.below(limit));
    return (
      `(${index + 1},${manager},${random.between(1, model.rows.tbl_location)},'staff.${index + 1}',` +
      `${text(random.pick(FIRST_NAMES))},${text(random.pick(LAST_NAMES))},` +
      `${random.oneIn(9) ? 'NULL' : money(random.between(180_000, 900_000))},${time(random)},` +
      `${oddAt(OVERTIME, index) ?? `'0${random.below(9)}:${10 + random.below(49)}:00.${100 + random.below(899)}'`},` +
      `${oddAt(HIRED, index) ?? date(day)},${oddAt(BORN, index) ?? random.between(1950, 2005)},` +
      `${oddAt(PHOTOS, index) ?? bytes(random.hex(4 * random.below(16)))},` +
      `${oddAt(PERMISSIONS, index) ?? random.pick(PERMISSIONS)},${oddAt(BADGES, index) ?? random.below(4096)},` +
      `${random.oneIn(5) ? 'NULL' : bytes(random.hex(32))},${random.oneIn(8) ? 0 : 1},${random.below(2)},` +
      `${oddAt(LAST_LOGIN, index) ?? momentUs(day, random)})`
    );
  },
};
