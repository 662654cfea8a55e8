import { describeProblem, type Problem } from '../config/problem.ts';
import { SluiceError } from '../contract/error.ts';

export interface ListedProblem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  /** `sluice.yaml:12:3: ...`, as printed. */
  readonly text: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** CONFIG_INVALID: every problem of the configuration at once; nothing was touched. */
export class InvalidConfig extends SluiceError {
  readonly listed: readonly ListedProblem[];

  constructor(problems: readonly Problem[], file: string) {
    super({
      code: 'CONFIG_INVALID',
      message: `${problems.length === 1 ? 'one problem' : `${problems.length} problems`} in the configuration`,
      remedy: 'Correct them and run: sluice config validate. Every option: sluice config schema',
      disposition: 'stop',
    });
    this.listed = problems.map((problem) => listProblem(problem, file));
  }
}

export function listProblem(problem: Problem, file: string): ListedProblem {
  const { code, path, message, place } = problem;
  const at = place.in === 'file' ? { line: place.line, column: place.column } : { line: null, column: null };
  return { code, path, message, text: describeProblem(problem, file), ...at };
}
