import type { RowChange } from '../contract/change.ts';
import type { TablePlan } from './table-plan.ts';
import { nameOf } from './waiting-index.ts';

/** Changes of one table version, in source order. */
export type TableRun = readonly [TablePlan, readonly RowChange[]];

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
    this.#bytes += sizeBytes(change);
    return true;
  }

  /** Hands over the runs of these source tables, or all. */
  take(tables: ReadonlySet<string> | null): readonly TableRun[] {
    const runs = [...this.#runs].filter(([plan]) => tables === null || tables.has(nameOf(plan.version)));
    for (const [plan, changes] of runs) {
      this.#runs.delete(plan);
      for (const change of changes) this.#bytes -= sizeBytes(change);
    }
    return runs;
  }
}

/** 64: what an object and its list entry cost besides the bytes, near enough for a bound. */
function sizeBytes({ before, after, key }: RowChange): number {
  return (before?.length ?? 0) + (after?.length ?? 0) + (key?.length ?? 0) + 64;
}
