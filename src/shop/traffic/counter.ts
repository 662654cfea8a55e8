/** What the traffic has done so far. */
import { ACTION_NAMES, type ActionName } from './mix.ts';
import type { RowCounts } from './work.ts';

const MAX_KEPT_ERRORS = 50;

export type TrafficError = {
  readonly action: ActionName;
  readonly errno: number | undefined;
  readonly message: string;
};

export class TrafficCounters {
  /** Committed. */
  transactions = 0;
  /** Rolled back on purpose: goods sold out, half transfers, prepared and not committed. */
  rolledBack = 0;
  /** Given up because another transaction was there first: a name in use, a customer gone. */
  conflicts = 0;
  /** Tried again after a deadlock. */
  retries = 0;
  xaTransactions = 0;
  reconnects = 0;
  /** Rows of committed transactions, as the statements report them: without cascades and triggers. */
  readonly rows: RowCounts = { insert: 0, update: 0, delete: 0 };
  readonly committed: Record<ActionName, number> = Object.fromEntries(ACTION_NAMES.map((name) => [name, 0])) as Record<
    ActionName,
    number
  >;
  errorCount = 0;
  /** The first errors; none is expected while the source accepts writes. */
  readonly errors: TrafficError[] = [];

  commit(name: ActionName, rows: RowCounts): void {
    this.transactions++;
    this.committed[name]++;
    this.rows.insert += rows.insert;
    this.rows.update += rows.update;
    this.rows.delete += rows.delete;
  }

  fail(error: TrafficError): void {
    this.errorCount++;
    if (this.errors.length < MAX_KEPT_ERRORS) this.errors.push(error);
  }
}
