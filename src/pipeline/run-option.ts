import type { Config } from '../config/config.ts';
import type { PaceCall, PipelineActions, ReloadBegun, TablesChange, TablesChanged } from '../contract/action.ts';
import type { Direction } from '../contract/cutover.ts';
import type { Logger } from '../contract/logger.ts';
import type { PaceAnswer } from '../contract/pace.ts';
import type { Quarantine } from '../contract/quarantine.ts';
import type { PipelineMode, PipelineStatus } from '../contract/status.ts';
import type { VerifyProgress, VerifyReport, VerifyRequest } from '../contract/verify.ts';
import type { RunnerOptions } from '../cutover/runner.ts';
import type { SwitchOptions } from './cutover/steps.ts';

/** How the command line starts a pipeline: `runPipeline(config, options)`. */
export interface RunOptions {
  readonly mode: PipelineMode;
  /** End by itself once the applied position equals the source's head; without it: go on until the signal. */
  readonly until?: 'caught-up';
  /** Go on under rules that are not those of the log (RULES_CHANGED). */
  readonly acceptsRules?: true;
  /** Load everything anew, whatever log, position and checkpoint say; only for a whole run. */
  readonly isResync?: true;
  /**
   * Stop: finish the batch in hand, commit, close, resolve within 25 s. A second SIGTERM ends the process at once and
   * loses nothing either.
   */
  readonly signal: AbortSignal;
  /** Called at every transition and at least once a second; must not throw. */
  readonly onStatus: (status: PipelineStatus) => void;
  /** What may be asked of the pipeline while it runs; called once. */
  readonly onActions?: (actions: PipelineActions) => void;
  readonly logger: Logger;
  /** For the evidence: who started it, and the options in force, secrets masked. */
  readonly asked?: {
    readonly by: string;
    readonly configuration: unknown;
    /** Takes secrets out of a text, before it is kept or shown by others. */
    readonly redact?: (text: string) => string;
  };
  /** Told at each point of a switch; a test ends the process there. */
  readonly onPoint?: RunnerOptions['onPoint'] | undefined;
  /** For tests: the parts of a switch, a faulty one in the place of one of them. */
  readonly withParts?: ((parts: SwitchOptions) => SwitchOptions) | undefined;
}

export interface RunResult {
  /**
   * `caught-up`: as asked by `until`. `stopped`: the signal. `asked`: `complete` or `teardown` told it to end. `cut-over`:
   * the application writes to the target. A failure is thrown as a SluiceError, not returned.
   */
  readonly ended: 'caught-up' | 'stopped' | 'asked' | 'cut-over';
  readonly status: PipelineStatus;
}

export type RunPipeline = (config: Config, options: RunOptions) => Promise<RunResult>;

/** The quarantine of one way, open until `close`; works beside a running pipeline and without one. */
export interface OpenedQuarantine extends Quarantine {
  readonly way: Direction;
  close(): Promise<void>;
}

/** `now`: of the way that is gone now, which is back while the application writes on the target. `by`: who asks, for the record. */
export type OpenQuarantine = (
  config: Config,
  asked: { readonly way: Direction | 'now'; readonly by: string },
) => Promise<OpenedQuarantine>;

/** DDL on the target holds the way back up until somebody has decided. */
export interface WayBackShapes {
  /**
   * Rows of these tables (names as the target has them) are carried as they are now; answers which. `all`: all that wait.
   * `by`: who asks, for the record.
   */
  accept(config: Config, tables: readonly string[] | 'all', by: string): Promise<readonly string[]>;
}

/** What `sluice pause`, `resume` and `throttle` do. */
export type AskPace = (config: Config, call: PaceCall) => Promise<PaceAnswer>;

/** Has the running pipeline read tables anew: names or patterns as in `tables.include`. Resolves when that is durable. */
export type ReloadTables = (config: Config, tables: readonly string[] | 'all', by: string) => Promise<ReloadBegun>;

/** Has the running pipeline go on with other tables. TABLES_HALVES, TABLES_NOT_NOW, CONTROL_UNREACHABLE. */
export type ChangeTables = (config: Config, change: TablesChange, by: string) => Promise<TablesChanged>;

/** Has the running pipeline compare both sides; an abort hangs up, and what is compared is kept. */
export type AskVerify = (
  config: Config,
  request: VerifyRequest,
  options: { readonly onProgress: (progress: VerifyProgress) => void; readonly signal: AbortSignal },
) => Promise<VerifyReport>;
