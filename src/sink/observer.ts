import type { RowOperation } from '../contract/change.ts';
import type { EpochHeader } from '../contract/change-log.ts';
import type { QuarantineCount } from '../contract/status.ts';
import type { TableVersion } from '../contract/table.ts';
import type { Checkpoint } from './checkpoint.ts';

/** One committed transaction of the sink. */
export interface AppliedBatch {
  readonly checkpoint: Checkpoint;
  readonly epochs: readonly EpochHeader[];
  /** Changes applied, by the version of the source's table that they carry. */
  readonly rows: ReadonlyMap<TableVersion, Readonly<Record<RowOperation, number>>>;
  readonly bytes: number;
  /** From BEGIN to the answer of COMMIT. */
  readonly tookMs: number;
}

/** Told of what the sink does, for metrics and status. Must not throw. */
export interface SinkObserver {
  /** The open transaction goes on: what it holds now. Called often. */
  taken?(bytes: number): void;
  applied?(batch: AppliedBatch): void;
  /** Changes that the transaction just committed has put into quarantine. */
  setAside?(counts: readonly QuarantineCount[]): void;
}

/** Counts row changes by table and operation. */
export class RowCount {
  readonly #rows = new Map<TableVersion, Record<RowOperation, number>>();

  add(table: TableVersion, changes: readonly { readonly op: RowOperation }[]): void {
    const counts = this.#rows.get(table) ?? { c: 0, u: 0, d: 0, r: 0 };
    for (const change of changes) counts[change.op] += 1;
    this.#rows.set(table, counts);
  }

  get rows(): ReadonlyMap<TableVersion, Readonly<Record<RowOperation, number>>> {
    return this.#rows;
  }
}
