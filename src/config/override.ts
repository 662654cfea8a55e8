import type { RawEntry } from './entry.ts';
import { nearest } from './nearest.ts';
import { flagOf, type Option, variableOf } from './option.ts';
import { OPTIONS } from './option-table.ts';
import type { Place, Problem } from './problem.ts';

type Names = (option: Option) => string | null;

/** Options that the environment sets, by the names of `variableOf`. */
export function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): readonly RawEntry[] {
  return fromText(environment, variableOf, (variable) => ({ in: 'environment', variable }));
}

/** Options that flags set: `--source-url` as key, its text as value. */
export function fromFlags(flags: Readonly<Record<string, string | undefined>>): readonly RawEntry[] {
  return fromText(flags, flagOf, (flag) => ({ in: 'flag', flag }));
}

/** SLUICE_ variables that set nothing but are one slip away from one that would. */
export function misspelt(environment: Readonly<Record<string, string | undefined>>): readonly Problem[] {
  const known = new Set(OPTIONS.map(variableOf).filter((variable) => variable !== null));
  const problems: Problem[] = [];
  for (const variable of Object.keys(environment)) {
    const near = variable.startsWith('SLUICE_') && !known.has(variable) ? nearest(variable, known, 2) : null;
    if (near === null) continue;
    const message = `sets nothing, did you mean ${near}?`;
    problems.push({ code: 'CONFIG_UNKNOWN_KEY', path: '', message, place: { in: 'environment', variable } });
  }
  return problems;
}

function fromText(
  given: Readonly<Record<string, string | undefined>>,
  nameOf: Names,
  placeOf: (name: string) => Place,
): readonly RawEntry[] {
  return OPTIONS.flatMap((option) => {
    const name = nameOf(option);
    const input = name === null ? undefined : given[name];
    if (name === null || input === undefined) return [];
    return [{ option, names: [], input, isText: true, place: placeOf(name) }];
  });
}
