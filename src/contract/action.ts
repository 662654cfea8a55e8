import type { AttemptStatus, CutoverPlan, CutoverRequest, Direction } from './cutover.ts';
import type { Quarantine } from './quarantine.ts';
import type { VerifyProgress, VerifyReport, VerifyRequest } from './verify.ts';

/** What another process may ask of a running pipeline. Failures are SluiceErrors, told to who asked. */
export interface PipelineActions {
  /** In a process that applies. */
  readonly quarantine?: Pick<Quarantine, 'retry' | 'drop'>;
  /** In a process that captures. */
  readonly tables?: TableActions;
  /** In a process that applies. */
  readonly verify?: VerifyAction;
  /** In a process that does both. */
  readonly cutover?: CutoverActions;
}

export interface CutoverActions {
  /** Both fail with CUTOVER_OTHER_SIDE where writes go to that side already. */
  plan(direction: Direction): Promise<CutoverPlan>;
  /** Begins an attempt and answers at once: it goes on in the process, whoever watches. CUTOVER_GATES_RED, CUTOVER_RUNNING. */
  begin(request: CutoverRequest): Promise<AttemptStatus>;
  /** Resolves when everything is put back, or the point of no return was passed. CUTOVER_NOT_RUNNING. */
  abort(by: string): Promise<AttemptStatus>;
  /** A person has flipped the application, or taken that back, by hand. CUTOVER_NOTHING_TO_CONFIRM where no flip waits. */
  confirm(by: string): Promise<AttemptStatus>;
}

/** Compares both sides; an abort ends it and keeps what is done. VERIFY_RUNNING: it is at it already. */
export type VerifyAction = (
  request: VerifyRequest,
  options: { readonly onProgress: (progress: VerifyProgress) => void; readonly signal: AbortSignal },
) => Promise<VerifyReport>;

export interface TableActions {
  /**
   * Empties tables on the target and reads them anew, beside the stream: names or patterns, as in `tables.include`.
   * Resolves when the reload is durable, long before it is done.
   */
  reload(tables: readonly string[] | 'all'): Promise<ReloadBegun>;
  /**
   * Reads single rows anew and sends them down the stream, in order with their changes. Resolves when that is durable.
   */
  repair(rows: RepairRows): Promise<RepairBegun>;
}

/** Rows of one table by the canonical texts of their keys. */
export interface RepairRows {
  readonly database: string;
  readonly table: string;
  readonly keys: readonly (readonly string[])[];
}

export interface RepairBegun {
  /** Number of the log's epoch that brings them. */
  readonly epoch: number;
  /** Keys that the source's types cannot hold, so that no change of the log could name them. */
  readonly unnamed: readonly (readonly string[])[];
}

export interface ReloadBegun {
  readonly tables: readonly ReloadedTable[];
}

export interface ReloadedTable {
  /** Names as the source has them. */
  readonly database: string;
  readonly table: string;
  /** Changes in quarantine that are given up when the table is emptied: what is read holds them. */
  readonly supersededChanges: number;
}

/** The same as requests: over the control socket. */
export type ActionCall =
  | {
      readonly method: 'quarantine.retry' | 'quarantine.drop';
      /** Of the quarantined change, or `all`. */
      readonly params: { readonly id: string };
    }
  | { readonly method: 'tables.reload'; readonly params: { readonly tables: readonly string[] | 'all' } }
  | { readonly method: 'tables.repair'; readonly params: RepairRows }
  | { readonly method: 'verify'; readonly params: VerifyRequest }
  | { readonly method: 'cutover.plan'; readonly params: { readonly direction: Direction } }
  | { readonly method: 'cutover.begin'; readonly params: CutoverRequest }
  | { readonly method: 'cutover.abort'; readonly params: { readonly by: string } }
  | { readonly method: 'cutover.confirm'; readonly params: { readonly by: string } };
