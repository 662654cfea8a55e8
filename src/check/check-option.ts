export interface CheckOptions {
  /**
   * `full`: everything. `quick`: without what reads every row. `start`: what a run must know before it begins: `full`
   * for a pipeline that has written nothing yet, else settings and rights alone, for its tables are in flux.
   */
  readonly depth: 'full' | 'quick' | 'start';
  readonly signal: AbortSignal;
  /** What is looked at now, for people. */
  readonly onStep: (step: string) => void;
}

export interface SourceCheckOptions extends Omit<CheckOptions, 'depth'> {
  readonly depth: 'full' | 'quick' | 'resume';
}
