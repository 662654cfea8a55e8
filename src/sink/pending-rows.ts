import type { RowChange } from '../contract/change.ts';
import type { TablePlan } from './table-plan.ts';
import { nameOf } from './waiting-index.ts';

/** Row changes gathered since the last flush, by table, each table's in source order. */
export class PendingRows {
  readonly #runs = new Map<TablePlan, RowChange[]>();
  #bytes = 0;

  /** Bytes of the images and keys held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True when rows of this source table are pending. */
  has(table: string): boolean {
    for (const plan of this.#runs.keys()) if (nameOf(plan.version) === table) return true;
    return false;
  }

  /** False, and nothing is added, when rows of another version of the table are pending: flush them first. */
  add(plan: TablePlan, change: RowChange): boolean {
    let run = this.#runs.get(plan);
    if (run === undefined) {
      if (this.has(nameOf(plan.version))) return false;
      run = [];
      this.#runs.set(plan, run);
    }
    run.push(change);
    // 64: what an object and its list entry cost besides the bytes, near enough for a bound.
    this.#bytes += (change.before?.length ?? 0) + (change.after?.length ?? 0) + (change.key?.length ?? 0) + 64;
    return true;
  }

  /** Hands the runs over and is empty. */
  take(): readonly (readonly [TablePlan, readonly RowChange[]])[] {
    const runs = [...this.#runs];
    this.#runs.clear();
    this.#bytes = 0;
    return runs;
  }
}
