import type { DatabaseUrl } from './database-url.ts';
import { type Entry, identityOf } from './entry.ts';
import { OPTIONS } from './option-table.ts';
import { Secret } from './secret.ts';

/** The effective entries by path, read with the type that the option table gives them. */
export class Settings {
  readonly #entries: ReadonlyMap<string, Entry>;

  constructor(entries: Iterable<Entry>) {
    this.#entries = new Map(Array.from(entries, (entry) => [identityOf(entry), entry]));
  }

  entry(path: string): Entry | null {
    if (!OPTIONS.some((option) => option.path === path)) throw new TypeError(`no option ${path}`);
    return this.#entries.get(path) ?? null;
  }

  /** Entries of an option that stands under names of the user's. */
  named(path: string): readonly Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.option.path === path);
  }

  has(path: string): boolean {
    return this.entry(path) !== null;
  }

  /** Given by the user, not by the default. */
  isGiven(path: string): boolean {
    const entry = this.entry(path);
    return entry !== null && entry.place.in !== 'default';
  }

  text(path: string): string {
    const value = this.textOrNull(path);
    if (value === null) throw new TypeError(`${path} is not set`);
    return value;
  }

  textOrNull(path: string): string | null {
    const value = this.entry(path)?.value;
    return typeof value === 'string' ? value : null;
  }

  /** An integer, milliseconds of a duration, bytes of a size. */
  number(path: string): number {
    const value = this.entry(path)?.value;
    if (typeof value !== 'number') throw new TypeError(`${path} is not set`);
    return value;
  }

  isTrue(path: string): boolean {
    return this.entry(path)?.value === true;
  }

  list(path: string): readonly string[] {
    const value = this.entry(path)?.value;
    return Array.isArray(value) ? value : [];
  }

  url(path: string): DatabaseUrl | null {
    const value = this.entry(path)?.value;
    return typeof value === 'object' && 'scheme' in value ? value : null;
  }

  secret(path: string): Secret | null {
    const value = this.entry(path)?.value;
    return value instanceof Secret ? value : null;
  }
}
