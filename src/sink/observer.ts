import type { Change, RowOperation, TableName } from '../contract/change.ts';
import type { EpochHeader } from '../contract/change-log.ts';
import type { QuarantineCount } from '../contract/status.ts';
import type { TableVersion } from '../contract/table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
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

/** Keys of rows as the target prints them, one text a key column. */
export type PrintedKeys = readonly (readonly string[])[];

/**
 * Told of what the sink does, for metrics, status and verify. Must not throw. Whatever a transaction changes is told
 * between `begun` and its COMMIT, so that whoever sees its rows has been told of them before.
 */
export interface SinkObserver {
  /** The open transaction goes on: what it holds now. Called often. */
  taken?(bytes: number): void;
  begun?(): void;
  /** The transaction that began last is over, and the target stands here. */
  committed?(checkpoint: Checkpoint): void;
  /** Changes of this epoch follow. */
  entered?(epoch: number): void;
  /** Changes that the transaction takes: applied, set aside, or tried again. */
  met?(changes: readonly Change[]): void;
  /** Whether anybody wants `touched` of this source table. */
  wants?(table: TableName): boolean;
  /** Rows of a source table that change without a change of their own; null: any of its rows. */
  touched?(table: TableName, keys: PrintedKeys | null): void;
  /** Rows of any table may change without a word. */
  unfollowed?(): void;
  /** In a transaction that changes rows of which no epoch of the log tells, before it does. */
  outside?(session: PostgresSession): Promise<void>;
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
