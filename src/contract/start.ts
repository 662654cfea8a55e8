/**
 * The start of a migration, before a pipeline stands: what `init`, `check`, `assess` and the start of `run` look at, find
 * and ask for. JSON as it stands, without passwords, like the status that comes after it.
 */
export interface StartStatus {
  readonly pipeline: string;
  readonly verb: StartVerb;
  /** Milliseconds since 1970 UTC, like every `...AtMs`. */
  readonly asOfMs: number;
  readonly startedAtMs: number;
  /** `refused`: finished, and something must be done first. */
  readonly state: 'running' | 'done' | 'refused' | 'failed';
  /** In order, the last `STEPS_TOLD` of them; the last one runs while the state is `running`. */
  readonly steps: readonly StartStep[];
  /** What was found, the gravest first, at most `FINDINGS_TOLD`. */
  readonly findings: readonly StartFinding[];
  readonly findingCount: number;
  /** Why it was refused or failed, and what to do; null otherwise. */
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string } | null;
  /** Commands that come next. */
  readonly next: readonly string[];
}

export const START_VERBS = ['init', 'check', 'assess', 'run'] as const;
export type StartVerb = (typeof START_VERBS)[number];

export const STEPS_TOLD = 100;
export const FINDINGS_TOLD = 200;

export interface StartStep {
  readonly title: string;
  readonly startedAtMs: number;
  /** null while it runs. */
  readonly tookMs: number | null;
}

export interface StartFinding {
  readonly severity: 'blocker' | 'warning' | 'information';
  /** What it is about: a server, a table, a column. */
  readonly object: string;
  readonly message: string;
  readonly code: string;
  /** Statements or lines of the configuration, in order. */
  readonly cure: readonly string[];
}
