import type { RowChange } from '../contract/change.ts';
import type { TablePlan } from './table-plan.ts';

/** Row changes gathered since the last flush, by table, each table's in source order. */
export class PendingRows {
  readonly #runs = new Map<string, { readonly plan: TablePlan; readonly changes: RowChange[] }>();
  #bytes = 0;

  /** Bytes of the images and keys held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False, and nothing is added, when rows of another version of the table are pending: flush them first. */
  add(plan: TablePlan, change: RowChange): boolean {
    const name = `${plan.target.schema}.${plan.target.table}`;
    let run = this.#runs.get(name);
    if (run === undefined) {
      run = { plan, changes: [] };
      this.#runs.set(name, run);
    }
    if (run.plan !== plan) return false;
    run.changes.push(change);
    // 64: what an object and its list entry cost besides the bytes, near enough for a bound.
    this.#bytes += (change.before?.length ?? 0) + (change.after?.length ?? 0) + (change.key?.length ?? 0) + 64;
    return true;
  }

  /** Hands the runs over and is empty. */
  take(): readonly { readonly plan: TablePlan; readonly changes: readonly RowChange[] }[] {
    const runs = [...this.#runs.values()];
    this.#runs.clear();
    this.#bytes = 0;
    return runs;
  }
}
