import type { TableName } from './change.ts';
import type { AttemptStatus, CutoverPlan, CutoverRequest, Direction } from './cutover.ts';
import type { EndingAsked } from './ending.ts';
import type { PaceActions } from './pace.ts';
import type { Quarantine } from './quarantine.ts';
import type { VerifyProgress, VerifyReport, VerifyRequest } from './verify.ts';

/** What another process may ask of a running pipeline. Failures are SluiceErrors, told to who asked. */
export interface PipelineActions {
  /** Keeps who asked for what: before it is done, and, by what it answers, what came of it. */
  readonly record?: (asked: AskedAction) => Promise<(outcome: ActionOutcome) => void>;
  /** In a process that applies. */
  readonly quarantine?: Pick<Quarantine, 'retry' | 'drop'>;
  /** The quarantine of the way back, in a process that runs it. */
  readonly wayBack?: Pick<Quarantine, 'retry' | 'drop'>;
  /** Tables at which the way back waits for a person's word, in a process that runs it. */
  readonly shapes?: ShapeActions;
  /** In a process that captures. */
  readonly tables?: TableActions;
  /** In a process that applies. */
  readonly verify?: VerifyAction;
  /** In a process that applies. */
  readonly pace?: PaceActions;
  /** In a process that applies. */
  readonly cutover?: CutoverActions;
  /** Ends the process as SIGTERM does; answers before it has. */
  readonly end?: () => Promise<void>;
  /** In a process that serves HTTP: ends the pipeline for good. */
  readonly ending?: EndingAsked;
}

export interface ShapeActions {
  /** Rows of these tables (names as the target has them) are carried as they are now; answers which. TABLES_NOT_REFUSED. */
  accept(tables: readonly string[] | 'all'): Promise<readonly string[]>;
}

/** An operator's wish, for the record: without values of rows. */
export interface AskedAction {
  /** Method of the control socket: `quarantine.drop`. */
  readonly action: string;
  /** In the asker's own words; null: nobody said. */
  readonly by: string | null;
  /** `socket`, or the address of who asked over HTTP. */
  readonly via: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export type ActionOutcome =
  | { readonly outcome: 'done' }
  /** Cut short: by who asked, by a time limit or by the end of the process. With what was done, in words. */
  | { readonly outcome: 'interrupted'; readonly done: string }
  /** With the code of its error. */
  | { readonly outcome: 'not done'; readonly code: string };

/** Neither changes anything, nor is asked for by a person. */
const UNRECORDED: readonly string[] = ['cutover.plan', 'complete.plan', 'tables.repair'];

export function isRecorded(action: string): boolean {
  return !UNRECORDED.includes(action);
}

/** Of an action that failed nowhere, by what it answers. */
export function outcomeOf({ method }: Pick<ActionCall, 'method'>, answer: unknown): ActionOutcome {
  if (method !== 'verify') return { outcome: 'done' };
  const { tables, isFinished } = answer as VerifyReport;
  if (isFinished) return { outcome: 'done' };
  const compared = tables.filter(({ finishedAtMs }) => finishedAtMs !== null).length;
  const rows = tables.reduce((sum, { sourceRows }) => sum + sourceRows, 0);
  return { outcome: 'interrupted', done: `${compared} of ${tables.length} tables compared, ${rows} rows read` };
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
  /**
   * Other tables take part from now on. Answers when it is known that the pipeline can go on with them, and before it does,
   * by the path of a start. Only in a process that does both halves.
   */
  readonly change?: (change: TablesChange) => Promise<TablesChanged>;
}

/** Patterns as in `tables.include` and `tables.exclude`. */
interface Lists {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface TablesChange {
  readonly act: 'add' | 'remove';
  /** As asked, each of which must name a table. */
  readonly names: readonly string[];
  /** What the asker believes to be in force: refused where it is not. */
  readonly before: Lists;
  readonly after: Lists;
}

/** Names as the source has them. */
export interface TablesChanged {
  readonly added: readonly TableName[];
  readonly removed: readonly TableName[];
}

/** Rows of one table by the canonical texts of their keys. */
export interface RepairRows {
  readonly database: string;
  readonly table: string;
  readonly keys: readonly (readonly string[])[];
  /** Of a table without a key instead: copies of rows. */
  readonly copies?: RepairCopies;
}

/**
 * Copies of rows that a table without a key has too few or too many of. A copy more or less is right whatever changes come
 * in between, but only as long as the table is what it was when the copies were counted.
 */
export interface RepairCopies {
  /** `era` of an earlier answer: nothing is sent where the table has another by now. null: send nothing, tell the era. */
  readonly since: string | null;
  /** Of the table's version by which the images are written. */
  readonly fingerprint: string;
  /** Images of rows (Avro), in base64: as the source sends them, and as the rules leave them. */
  readonly more: readonly string[];
  readonly fewer: readonly string[];
}

export interface RepairBegun {
  /** Number of the log's epoch that brings them. */
  readonly epoch: number;
  /** Keys that the source's types cannot hold, so that no change of the log could name them. */
  readonly unnamed: readonly (readonly string[])[];
  /** Of a table without a key: another one after each TRUNCATE, DDL and reload of the table. */
  readonly era?: string;
}

export interface ReloadBegun {
  readonly tables: readonly ReloadedTable[];
  /** What holds the stream, so that the target stays as it is until then, in words; null: nothing. */
  readonly waitingFor?: string | null;
}

export interface ReloadedTable {
  /** Names as the source has them. */
  readonly database: string;
  readonly table: string;
  /** Changes in quarantine that are given up when the table is emptied: what is read holds them. */
  readonly supersededChanges: number;
}

interface SaidBy {
  readonly by?: string;
}

/** Of who asks for another pace. */
export type PaceCall =
  | { readonly method: 'pause' | 'resume'; readonly params: { readonly by: string } }
  | { readonly method: 'throttle'; readonly params: { readonly rowsPerSecond: number | null; readonly by: string } };

/** The same as requests: over the control socket. */
export type ActionCall =
  | PaceCall
  | { readonly method: 'end'; readonly params: Readonly<Record<string, never>> }
  | {
      readonly method: 'quarantine.retry' | 'quarantine.drop' | 'way-back.retry' | 'way-back.drop';
      /** Of the quarantined change, or `all`; an older asker does not say who asks. */
      readonly params: { readonly id: string } & SaidBy;
    }
  | { readonly method: 'tables.reload'; readonly params: { readonly tables: readonly string[] | 'all' } & SaidBy }
  | { readonly method: 'tables.change'; readonly params: TablesChange & SaidBy }
  | { readonly method: 'tables.repair'; readonly params: RepairRows }
  | { readonly method: 'verify'; readonly params: VerifyRequest }
  | { readonly method: 'cutover.plan'; readonly params: { readonly direction: Direction } }
  | { readonly method: 'cutover.begin'; readonly params: CutoverRequest }
  | { readonly method: 'cutover.abort'; readonly params: { readonly by: string } }
  | { readonly method: 'cutover.confirm'; readonly params: { readonly by: string } };
