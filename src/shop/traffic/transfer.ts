/** Deposits between tbl_billing.balance and tbl_insurance.reserve: one side loses what the other gains. */
import { money } from '../literal.ts';
import { someId } from './choice.ts';
import type { Outcome, Work } from './work.ts';

const MAX_CENTS = 50_000;

/** True when both rows are there; when false the transaction must be rolled back. */
async function transferOnce(work: Work, cents: number): Promise<boolean> {
  const amount = money(cents);
  const paid = await work.update('UPDATE tbl_billing SET balance = balance - ? WHERE id = ?', [
    amount,
    someId(work, 'tbl_billing'),
  ]);
  const received = await work.update('UPDATE tbl_insurance SET reserve = reserve + ? WHERE id = ?', [
    amount,
    someId(work, 'tbl_insurance'),
  ]);
  return paid === 1 && received === 1;
}

export async function transfer(work: Work): Promise<Outcome> {
  const cents = work.random.between(-MAX_CENTS, MAX_CENTS);
  return (await transferOnce(work, cents)) ? 'commit' : 'rollback';
}

export async function transferSeveral(work: Work): Promise<Outcome> {
  for (let left = work.random.between(2, 8); left > 0; left--) {
    if (!(await transferOnce(work, work.random.between(-MAX_CENTS, MAX_CENTS)))) return 'rollback';
  }
  return 'commit';
}

/** Half a transfer, undone to the savepoint; then a whole one. Only the whole one may ever be seen. */
export async function transferAfterSavepoint(work: Work): Promise<Outcome> {
  await work.insert("INSERT INTO tbl_audit (actor, action, table_name) VALUES ('savepoint', 'update', 'tbl_billing')");
  await work.run('SAVEPOINT before_half');
  await work.update('UPDATE tbl_insurance SET reserve = reserve + 777.77 WHERE id = ?', [
    someId(work, 'tbl_insurance'),
  ]);
  await work.insert("INSERT INTO tbl_audit (actor, action) VALUES ('must never be seen', 'delete')");
  await work.run('ROLLBACK TO SAVEPOINT before_half');
  const isWhole = await transferOnce(work, work.random.between(1, MAX_CENTS));
  await work.run('RELEASE SAVEPOINT before_half');
  return isWhole ? 'commit' : 'rollback';
}

/** Half a transfer and more, all of it rolled back. */
export async function halfTransfer(work: Work): Promise<Outcome> {
  await work.update('UPDATE tbl_billing SET balance = balance - 999.99 WHERE id = ?', [someId(work, 'tbl_billing')]);
  await work.insert("INSERT INTO tbl_audit (actor, action) VALUES ('must never be seen', 'insert')");
  await work.delete('DELETE FROM tbl_report WHERE id = ?', [someId(work, 'tbl_report')]);
  return 'rollback';
}
