import type { Config } from '../../config/config.ts';
import type { EndingPlan, EndingReport, EndingRequest } from '../../contract/ending.ts';
import type { Logger } from '../../contract/logger.ts';

export interface EndingOptions {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** What is done now, in words. */
  readonly onStep: (words: string) => void;
  readonly pid: number;
}

/** How the command line ends a pipeline for good. */
export interface EndingActions {
  /** What would be removed, what stays, and what speaks against it. Changes nothing. */
  plan(config: Config, request: EndingRequest): Promise<EndingPlan>;
  /** ENDING_REFUSED before anything is touched. The same call after a crash goes on. */
  run(config: Config, request: EndingRequest, options: EndingOptions): Promise<EndingReport>;
}
