import { date, moment, momentUs } from '../calendar.ts';
import { bytes, double, money } from '../literal.ts';
import { totalCents } from '../model.ts';
import { historyDay, oddAt, type RowMaker, yearNumber } from './row-maker.ts';

const METHODS = ["'card'", "'transfer'", "'cash, on delivery'", "'giver''s voucher'"] as const;
const FEES = ['NULL', '0e0', '-0e0', '0.1e0', '5e-324', '1.7976931348623157e308', '-1.5e-10'];
const TOKENS = ['NULL', "''", "x'00'", "x'0000ff'"];
const DUE = ['NULL', "'0000-00-00'", "'9999-12-31'"];

export const BILLING_ROWS: RowMaker = {
  columns:
    'id, order_id, invoice_no, amount, paid, balance, method, fee, due_on, paid_at, token, is_settled, created_at',
  row(index, random, model) {
    const day = historyDay(index, model.rows.tbl_order, random);
    const amount = totalCents(model.items(index));
    const isSettled = !random.oneIn(5);
    const paid = isSettled ? amount : random.below(amount);
    return (
      `(${index + 1},${index + 1},'R${yearNumber(day, index)}',${money(amount)},${money(paid)},` +
      `${money(random.oneIn(2) ? random.below(100_000) : 0)},${oddAt(METHODS, index) ?? random.pick(METHODS)},` +
      `${oddAt(FEES, index) ?? double(random.below(1000) / 300)},${oddAt(DUE, index) ?? date(day + 30)},` +
      `${isSettled ? momentUs(day, random) : 'NULL'},${oddAt(TOKENS, index) ?? bytes(random.hex(8))},${isSettled ? 1 : 0},` +
      `${moment(day, random)})`
    );
  },
};
