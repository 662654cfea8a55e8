/** What `verify` finds, as the process that compares tells it and the command line shows it. JSON as it stands. */

export const DIFFERENCE_KINDS = ['missing', 'extra', 'different'] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

export interface RowDifference {
  /** `database.table` of the source. */
  readonly table: string;
  /** Column name and canonical value of each key column; of all columns for a table without a key. */
  readonly key: Readonly<Record<string, string | null>>;
  /** Only for `different`, and for a column that is missing as a whole. */
  readonly column: string | null;
  readonly kind: DifferenceKind;
  /** Canonical values; `***` in a column that a rule masks. */
  readonly source: string | null;
  readonly target: string | null;
  /** Where it is known. */
  readonly cause?: string;
}

/**
 * `equal`: every row, at `position`. `changing`: equal but for rows that never stood still. `busy`: a table without a key
 * that never stood still. `unfit`: a side has no such table, or lacks columns. `failed`: see `advice`.
 */
export const VERIFY_STATES = ['waiting', 'running', 'equal', 'different', 'changing', 'busy', 'failed'] as const;
export type VerifyState = (typeof VERIFY_STATES)[number];

export interface TableVerification {
  /** Names as the source has them. */
  readonly database: string;
  readonly table: string;
  readonly state: VerifyState;
  /** Position of the source at which every row was equal or is told; null before the table is done. */
  readonly position: string | null;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  /** Rows read so far. */
  readonly sourceRows: number;
  readonly targetRows: number;
  /** Of these, rows that are equal on both sides. */
  readonly equal: number;
  /** Rows that differed, were read anew, and are equal since. */
  readonly repaired: number;
  /** How many there are; `differences` lists the first of them. */
  readonly differenceCount: number;
  readonly differences: readonly RowDifference[];
  /** Rows that never stood still while they were looked at; they are neither equal nor different. */
  readonly changing: number;
  /** The catalogue's guess, for progress. */
  readonly rowsEstimate: number;
  /** Why it could not be compared and what to do; null otherwise. */
  readonly advice: string | null;
  /** Mode `pushdown`: columns that no common text can hash, which are read instead; `*`: the whole table is read. */
  readonly streamed?: readonly string[];
}

export const VERIFY_MODES = ['stream', 'pushdown'] as const;
export type VerifyMode = (typeof VERIFY_MODES)[number];

export interface VerifyRequest {
  /** Names or patterns as in `tables.include`. */
  readonly tables: readonly string[] | 'all';
  /** Begin anew instead of going on with what was interrupted. */
  readonly restart: boolean;
  readonly repair: boolean;
  /** `pushdown`: both servers hash their rows, and only what differs crosses the network. */
  readonly mode: VerifyMode;
  /** Who asked, for the record of what was repaired. */
  readonly by: string;
  /** After it, what is not finished is told as it stands; null: as long as it takes. */
  readonly timeoutMs: number | null;
}

export interface VerifyProgress {
  readonly rowsDone: number;
  readonly rowsEstimate: number;
  readonly rowsPerSecond: number;
  /** null before 1 % is done. */
  readonly etaMs: number | null;
  readonly differenceCount: number;
  /** Tables that are being compared now. */
  readonly running: readonly string[];
  /** What is waited for; null: nothing. */
  readonly waitingFor: string | null;
}

export interface VerifyReport {
  readonly tables: readonly TableVerification[];
  /** False when the time was over before every table was compared. */
  readonly isFinished: boolean;
}

/** What is known of a table without asking: the last comparison, and what has changed since. */
export interface TableVerified {
  readonly database: string;
  readonly table: string;
  /** Of the last comparison; `waiting`: there was none yet. */
  readonly state: VerifyState;
  /** Everything that was compared was compared here or later; keys changed since were looked at again or wait. */
  readonly position: string | null;
  readonly verifiedAtMs: number | null;
  readonly differenceCount: number;
  /** The same by kind; those beyond the thousand that are listed have none: `unlisted`. */
  readonly byKind: Readonly<Record<DifferenceKind | 'unlisted', number>>;
  /** What may have made them, each once, at most 5; without values of rows. */
  readonly causes: readonly string[];
  /**
   * Changes of rows since the comparison of this very table began to read; those of a transaction that was tried again
   * count again. null: not known, see `advice`.
   */
  readonly changesSince: number | null;
  /** Of these, changes whose rows have not been looked at again; null: not known, or not looked at one by one. */
  readonly waiting: number | null;
  readonly advice: string | null;
}

export interface VerifyStatus {
  /** Tables are being compared now, asked for or not. */
  readonly isRunning: boolean;
  readonly tables: readonly TableVerified[];
}
