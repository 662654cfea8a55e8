import type { Option } from './option.ts';
import type { Place } from './problem.ts';
import type { OptionValue } from './value.ts';

/** An option as one of the three origins gives it, before references are resolved and the type is checked. */
export interface RawEntry {
  readonly option: Option;
  /** What stands for the `*` of the path, in order. */
  readonly names: readonly string[];
  readonly input: unknown;
  /** From the environment or a flag: text, whatever the type, and taken as it is, without references. */
  readonly isText: boolean;
  readonly place: Place;
}

export interface Entry {
  readonly option: Option;
  readonly names: readonly string[];
  readonly value: OptionValue;
  /** As it may be shown: secrets masked, references to files as written. */
  readonly shown: string | number | boolean | readonly string[];
  readonly place: Place;
}

/** The path with its names, as messages print it. */
export function pathOf(entry: { readonly option: Option; readonly names: readonly string[] }): string {
  const names = [...entry.names];
  return entry.option.path
    .split('.')
    .map((key) => (key === '*' ? (names.shift() ?? key) : key))
    .join('.');
}

/** Equal for two entries that set the same thing; names may hold dots. */
export function identityOf(entry: { readonly option: Option; readonly names: readonly string[] }): string {
  return [entry.option.path, ...entry.names].join('\0');
}
