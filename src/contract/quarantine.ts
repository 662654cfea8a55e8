/** One change set aside, as `sluice quarantine list|show` prints it. */
export interface QuarantinedChange {
  readonly id: string;
  /** Names as the target has them. */
  readonly table: string;
  readonly op: 'c' | 'u' | 'd' | 'r';
  /** JSON text of the key columns; null for a table without a key. */
  readonly key: string | null;
  readonly reason: string;
  readonly message: string;
  /** Position of its transaction at the source. */
  readonly position: string;
  readonly setAsideAtMs: number;
  /** Id of the change it waits behind; null for one with a fault of its own. */
  readonly behind: string | null;
}

/** `show`: the change with its row images as JSON text, column by column. */
export interface QuarantinedDetail extends QuarantinedChange {
  readonly before: string | null;
  readonly after: string | null;
}

/** What the command line asks of the quarantine; implemented over the target's own tables. */
export interface Quarantine {
  list(): Promise<readonly QuarantinedChange[]>;
  show(id: string): Promise<QuarantinedDetail | null>;
  /** Applies the change and, in order, what waits behind it; tells how many were applied and how many remain. */
  retry(id: string | 'all'): Promise<{ readonly applied: number; readonly remaining: number }>;
  /** Gives the change up for good; what waits behind it is dropped with it. */
  drop(id: string | 'all'): Promise<{ readonly dropped: number }>;
}
