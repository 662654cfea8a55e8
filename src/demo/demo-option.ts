import type { Logger } from '../contract/logger.ts';
import type { PipelineStatus } from '../contract/status.ts';

/** How the command line starts the demo: `runDemo(options)`. */
export interface DemoOptions {
  readonly log: 'embedded' | 'kafka';
  readonly source: 'mysql' | 'mariadb';
  /** Size of the shop; 1 takes a minute or two in all. */
  readonly scale: number;
  readonly seed: number;
  /** Leave servers and folder as they are at the end and say where. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** One step of the story, for people. */
  readonly say: (line: string) => void;
  /** What the progress display shows meanwhile. */
  readonly onStatus: (status: PipelineStatus) => void;
}

export interface DemoResult {
  /** False when one cell differs or a promise was broken: the exit code tells the truth. */
  readonly isPassed: boolean;
  /** Closing table: what was measured and its value. */
  readonly rows: readonly (readonly [measure: string, value: string])[];
  /** The same as numbers, for `--json`. */
  readonly data: Readonly<Record<string, unknown>>;
}

export type RunDemo = (options: DemoOptions) => Promise<DemoResult>;
