/** The table without a key: rows are inserted (twins too), changed and deleted, one of several equal ones included. */
import { HISTORY_DAYS, momentUs } from '../calendar.ts';
import { oddText, randomBytes } from './choice.ts';
import type { Outcome, Value, Work } from './work.ts';

function auditRow(work: Work, actor: string): Value[] {
  const { random } = work;
  return [
    actor,
    random.oneIn(2) ? "user's export" : 'login, failed',
    oddText(work)?.slice(0, 60) ?? null,
    randomBytes(work, 4),
    0.1,
  ];
}

async function insertRows(work: Work, rows: Value[][]): Promise<void> {
  await work.insert('INSERT INTO tbl_audit (actor, action, row_ref, ip, cost) VALUES ?', [rows]);
}

/** The time of some row, or undefined past the last one. */
async function someTime(work: Work): Promise<Value | undefined> {
  const from = momentUs(work.random.below(HISTORY_DAYS), work.random);
  const rows = await work.read(
    `SELECT happened_at FROM tbl_audit WHERE happened_at >= ${from} ORDER BY happened_at LIMIT 1`,
  );
  return rows[0]?.['happened_at'] as Value | undefined;
}

export async function appendAudit(work: Work): Promise<Outcome> {
  const twin = auditRow(work, 'traffic');
  await insertRows(work, [twin, twin, auditRow(work, '🕵️')]);
  return 'commit';
}

export async function changeAudit(work: Work): Promise<Outcome> {
  const time = work.random.oneIn(6) ? '2015-06-01 12:00:00.000001' : await someTime(work);
  if (time === undefined) return 'rollback';
  const changed = await work.update('UPDATE tbl_audit SET actor = ?, cost = ? WHERE happened_at = ? LIMIT 1', [
    'changed',
    work.random.below(100) / 3,
    time,
  ]);
  return changed > 0 ? 'commit' : 'rollback';
}

export async function deleteAudit(work: Work): Promise<Outcome> {
  const time = await someTime(work);
  if (time === undefined) return 'rollback';
  const gone = await work.delete('DELETE FROM tbl_audit WHERE happened_at >= ? ORDER BY happened_at LIMIT 2', [time]);
  return gone > 0 ? 'commit' : 'rollback';
}

/** A thousand rows in one transaction: five hundred new ones here, up to five hundred orders changed. */
export async function largeTransaction(work: Work): Promise<Outcome> {
  await insertRows(
    work,
    Array.from({ length: 500 }, (_, i) => auditRow(work, `batch ${i}`)),
  );
  const from = work.random.between(1, work.facts.tbl_order);
  await work.update('UPDATE tbl_order SET note = ? WHERE id BETWEEN ? AND ?', [
    `batch ${work.unique}`,
    from,
    from + 499,
  ]);
  return 'commit';
}
