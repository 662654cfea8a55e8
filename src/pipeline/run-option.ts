import type { Config } from '../config/config.ts';
import type { PipelineActions, ReloadBegun } from '../contract/action.ts';
import type { Logger } from '../contract/logger.ts';
import type { Quarantine } from '../contract/quarantine.ts';
import type { PipelineMode, PipelineStatus } from '../contract/status.ts';
import type { VerifyProgress, VerifyReport, VerifyRequest } from '../contract/verify.ts';
import type { RunnerOptions } from '../cutover/runner.ts';

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
  /** Told at each point of a switch; a test ends the process there. */
  readonly onPoint?: RunnerOptions['onPoint'] | undefined;
}

export interface RunResult {
  /**
   * `caught-up`: as asked by `until`. `stopped`: the signal. `cut-over`: the application writes to the target. A failure is
   * thrown as a SluiceError, not returned.
   */
  readonly ended: 'caught-up' | 'stopped' | 'cut-over';
  readonly status: PipelineStatus;
}

export type RunPipeline = (config: Config, options: RunOptions) => Promise<RunResult>;

/** The quarantine kept on the target, open until `close`; works beside a running pipeline and without one. */
export type OpenQuarantine = (config: Config) => Promise<Quarantine & { close(): Promise<void> }>;

/** Has the running pipeline read tables anew: names or patterns as in `tables.include`. Resolves when that is durable. */
export type ReloadTables = (config: Config, tables: readonly string[] | 'all') => Promise<ReloadBegun>;

/** Has the running pipeline compare both sides; an abort hangs up, and what is compared is kept. */
export type AskVerify = (
  config: Config,
  request: VerifyRequest,
  options: { readonly onProgress: (progress: VerifyProgress) => void; readonly signal: AbortSignal },
) => Promise<VerifyReport>;
