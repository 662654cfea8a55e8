import { secretsOfVariable } from '../cutover/flip/variable-secret.ts';
import { type Entry, pathOf } from './entry.ts';
import { OPTIONS } from './option-table.ts';
import { describePlace } from './problem.ts';

export interface ShownOption {
  readonly path: string;
  readonly value: Entry['shown'];
  /** `sluice.yaml:3:8`, `environment SLUICE_...`, `flag --...`, `default`. */
  readonly from: string;
}

/** What is in force and where each value came from, in the order of the table, secrets masked. */
export function showEntries(entries: readonly Entry[], file: string): readonly ShownOption[] {
  const rank = new Map(OPTIONS.map((option, index) => [option.path, index]));
  const order = (entry: Entry): number => rank.get(entry.option.path) ?? 0;
  return [...entries]
    .sort((a, b) => order(a) - order(b))
    .map((entry) => ({
      path: pathOf(entry),
      value: entry.shown,
      from: entry.place.in === 'default' ? 'default' : describePlace(entry.place, file),
    }));
}

/** Passwords and other secrets in force, for the last scrub of everything that is printed. */
export function secretsOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((entry) => {
    const { value } = entry;
    if (typeof value !== 'object' || Array.isArray(value)) return [];
    if ('reveal' in value) return secretsIn(entry, value.reveal());
    return 'password' in value ? [value.password.reveal()] : [];
  });
}

/** Of values that may hold a secret beside what is none: a host, a word, a program, an address that is shown anyway. */
function secretsIn({ option: { path, type }, names }: Entry, text: string): readonly string[] {
  if (type.kind === 'command') return /\s/.test(text.trim()) ? [text] : [];
  if (path.endsWith('.*')) return secretsOfVariable(names.at(-1) ?? '', text);
  if (path !== 'cutover.probe.url' || !URL.canParse(text)) return [text];
  const { password, search } = new URL(text);
  return password === '' && search === '' ? [] : [text, password, search.slice(1)].filter((part) => part !== '');
}
