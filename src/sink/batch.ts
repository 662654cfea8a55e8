import type { Change, RowChange } from '../contract/change.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { RowCount } from './observer.ts';
import { PendingRows } from './pending-rows.ts';
import type { PlanBook } from './plan-book.ts';
import type { SetWriter } from './set-writer.ts';

export interface BatchTools {
  readonly session: PostgresSession;
  readonly plans: PlanBook;
  readonly writer: SetWriter;
  /** Pending rows are written once they hold this much: memory stays bounded however large an epoch is. */
  readonly pieceBytes: number;
}

/** The changes of one target transaction: takes them in source order, writes them by table in pieces. */
export class Batch {
  readonly #tools: BatchTools;
  readonly #pending = new PendingRows();
  readonly count = new RowCount();
  #bytes = 0;

  constructor(tools: BatchTools) {
    this.#tools = tools;
  }

  /** Bytes of all rows taken so far. */
  get bytes(): number {
    return this.#bytes + this.#pending.bytes;
  }

  async take(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      const isTaken = change.tag === 'row' && this.#takeRow(change);
      if (!isTaken) await this.#takeSlowly(change);
    }
    if (this.#pending.bytes >= this.#tools.pieceBytes) await this.flush();
  }

  /** Writes what is pending. */
  async flush(): Promise<void> {
    this.#bytes += this.#pending.bytes;
    for (const { plan, changes } of this.#pending.take()) {
      this.count.add(`${plan.target.schema}.${plan.target.table}`, changes);
      await this.#tools.writer.write(plan, changes);
    }
  }

  /** The path of nearly every row: no await. */
  #takeRow(change: RowChange): boolean {
    const plan = this.#tools.plans.known(change.table);
    if (plan === null) return true;
    return plan !== undefined && this.#pending.add(plan, change);
  }

  async #takeSlowly(change: Change): Promise<void> {
    switch (change.tag) {
      case 'row': {
        await this.flush();
        await this.#tools.plans.load(change.table);
        this.#takeRow(change);
        return;
      }
      case 'truncate': {
        await this.flush();
        const plan = await this.#tools.plans.load(change.table);
        // Not TRUNCATE: it waits for every reader, blocks them, and is refused under a foreign key.
        if (plan) await this.#tools.session.query(plan.sql.deleteAll);
        return;
      }
      case 'schema':
      case 'begin':
      case 'commit':
      case 'mark':
      case 'idle':
    }
  }
}
