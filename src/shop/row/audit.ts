import { momentUs } from '../calendar.ts';
import { bytes } from '../literal.ts';
import { SHOP_TABLES } from '../scale.ts';
import { historyDay, oddAt, type RowMaker } from './row-maker.ts';

const ACTIONS = ["'insert'", "'update'", "'delete'", "'login, failed'", "'user''s export'"] as const;

/** Rows that are equal in every column, as a table without a key can hold them. */
const TWIN = "('2015-06-01 12:00:00.000001','cron','update','tbl_order','1','{\"twin\": true}',NULL,0.1e0,b'1010')";
/** NULL wherever it may be, and the empty string. */
const EMPTY = "('1970-01-01 00:00:01','','insert',NULL,NULL,NULL,NULL,NULL,NULL)";
const ODD = [TWIN, TWIN, TWIN, EMPTY, EMPTY];

export const AUDIT_ROWS: RowMaker = {
  columns: 'happened_at, actor, action, table_name, row_ref, detail, ip, cost, flags',
  row(index, random, model) {
    const odd = oddAt(ODD, index);
    if (odd !== undefined) return odd;
    const day = historyDay(index, model.rows.tbl_audit, random);
    const detail = random.oneIn(3) ? `'{"old":${random.below(900)},"new":${random.below(900)}}'` : 'NULL';
    return (
      `(${momentUs(day, random)},'staff.${random.between(1, model.rows.tbl_employee)}',${random.pick(ACTIONS)},` +
      `'${random.pick(SHOP_TABLES)}','${random.between(1, 1_000_000)}',${detail},${random.oneIn(2) ? bytes(random.hex(4)) : 'NULL'},` +
      `${random.below(1000) / 8}e0,b'${random.below(16).toString(2)}')`
    );
  },
};
