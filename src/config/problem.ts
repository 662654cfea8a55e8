/** Where a value stands: a line of the file (both from 1), a variable of the environment, or a flag. */
export type Place =
  | { readonly in: 'file'; readonly line: number; readonly column: number }
  | { readonly in: 'environment'; readonly variable: string }
  | { readonly in: 'flag'; readonly flag: string }
  | { readonly in: 'default' };

/**
 * CONFIG_SYNTAX the file is not YAML; CONFIG_UNKNOWN_KEY a key that is none of ours; CONFIG_TYPE written in another
 * type; CONFIG_VALUE outside what is allowed; CONFIG_MISSING required and not there; CONFIG_UNSET a reference to
 * nothing; CONFIG_COMBINATION right by itself, impossible together; CONFIG_NO_EFFECT (warning) not used in this version.
 */
export type ProblemCode =
  | 'CONFIG_SYNTAX'
  | 'CONFIG_UNKNOWN_KEY'
  | 'CONFIG_TYPE'
  | 'CONFIG_VALUE'
  | 'CONFIG_MISSING'
  | 'CONFIG_UNSET'
  | 'CONFIG_COMBINATION'
  | 'CONFIG_NO_EFFECT';

export interface Problem {
  readonly code: ProblemCode;
  /** Keys joined by dots; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly place: Place;
}

/** One line for people: `sluice.yaml:12:3: source.databse: unknown key, did you mean "databases"?` */
export function describeProblem(problem: Problem, file: string): string {
  const subject = problem.path === '' ? '' : `${problem.path}: `;
  return `${describePlace(problem.place, file)}: ${subject}${problem.message}`;
}

export function describePlace(place: Place, file: string): string {
  switch (place.in) {
    case 'file':
      return `${file}:${place.line}:${place.column}`;
    case 'environment':
      return `environment ${place.variable}`;
    case 'flag':
      return `flag ${place.flag}`;
    case 'default':
      return file;
  }
}
