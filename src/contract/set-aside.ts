import type { RowChange } from './change.ts';

/** Why a change is set aside. */
export interface Reason {
  /**
   * A ValueError's reason, or `behind`; of the target `sqlstate-<code>` or `table-paused`; of the source `errno-<number>`,
   * `row-missing` or `changed-in-silence`.
   */
  readonly reason: string;
  readonly message: string;
  /** Id of the change it waits behind; null for one with a fault of its own. */
  readonly behind: string | null;
}

/** Where a change stood in the log. */
export interface Origin {
  readonly epoch: number;
  readonly position: string;
}

/** A change as it is stored, ready to be applied again. */
export interface StoredChange {
  readonly id: string;
  readonly change: RowChange;
}
