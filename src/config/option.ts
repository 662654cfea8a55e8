/** Configuration: one table of options as data; file, environment and flags in; a typed, read-only Config out. */

/** How a value is written and which values are right. Bounds are part of the type, so schema and docs show them. */
export type OptionType =
  | { readonly kind: 'text'; readonly pattern?: RegExp; readonly words?: string }
  /** A path; a relative one counts from the folder of the configuration file. */
  | { readonly kind: 'path' }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  /** Written `250ms`, `5s`, `10m`, `6h`, `2d`; the bounds likewise. */
  | { readonly kind: 'duration'; readonly min: string; readonly max: string }
  /** Written `512B`, `64KiB`, `256MiB`, `1GiB`; the bounds likewise. */
  | { readonly kind: 'size'; readonly min: string; readonly max: string }
  /** `scheme://account:password@host:port/database`; the password is a secret. */
  | { readonly kind: 'url'; readonly schemes: readonly string[]; readonly account: boolean }
  /** `host:port`. */
  /** `orOff`: also the word off. */
  | { readonly kind: 'address'; readonly orOff?: true }
  | { readonly kind: 'secret' }
  /** A command line; may hold secrets, so it is shown as written, references and all. */
  | { readonly kind: 'command' }
  | { readonly kind: 'list'; readonly of: 'text' | 'glob' | 'address'; readonly min: number }
  /** `refuse`, `null`, `-infinity` or an ISO date. */
  | { readonly kind: 'zeroDate' }
  /** `hash`, `null`, `truncate(N)` or `fixed(VALUE)`. */
  | { readonly kind: 'mask' }
  /** A PostgreSQL type. */
  | { readonly kind: 'cast' };

export interface Option {
  /** Keys from the top of the file, joined by dots; `*` stands for a name that the user gives (table, column). */
  readonly path: string;
  readonly type: OptionType;
  readonly isRequired?: true;
  /** As it would be written in the file. */
  readonly default?: string | number | boolean | readonly string[];
  /** The default in words, where it is worked out from other options. */
  readonly derived?: string;
  readonly help: string;
  readonly example?: string;
  /** Accepted and checked but without effect in this version; says what will use it. */
  readonly later?: string;
}

export function isNamed(option: Option): boolean {
  return option.path.split('.').includes('*');
}

/** `source.adminUrl` is `--source-admin-url`; options under a name of the user's have no flag. */
export function flagOf(option: Option): string | null {
  return isNamed(option) ? null : `--${words(option.path).join('-')}`;
}

/** `source.adminUrl` is `SLUICE_SOURCE_ADMIN_URL`; options under a name of the user's have no variable. */
export function variableOf(option: Option): string | null {
  return isNamed(option) ? null : `SLUICE_${words(option.path).join('_').toUpperCase()}`;
}

function words(path: string): string[] {
  return path
    .replace(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`)
    .split('.')
    .filter((word) => word !== '');
}
