import type { RowChange } from '../contract/change.ts';
import type { TableVersion } from '../contract/table.ts';
import { latin1 } from './coalesce.ts';

/** A source table as a map key; names may hold dots but no NUL. */
export function sourceName(database: string, table: string): string {
  return `${database}\0${table}`;
}

export function nameOf(version: TableVersion): string {
  return sourceName(version.database, version.table);
}

interface Waiting {
  readonly oldest: string;
  /** Key bytes (whole images in a table without a key) to the id of the change at whose head they wait. */
  readonly keys: Map<string, string>;
  /** A parent's change waits that will act on rows of this table: every later change of the table waits behind it. */
  heldBy: string | null;
}

/** What `RowChange` tells of a row, enough to say whom it waits behind. */
export type RowIdentity = Pick<RowChange, 'key' | 'oldKey' | 'before' | 'after'>;

/**
 * Who waits in quarantine: a later change of a key that waits waits too, and so does every key it moves to (INV-55).
 * Kept in memory beside the table `sluice.quarantine`, read from it at the start and after a rollback.
 */
export class WaitingIndex {
  readonly #tables = new Map<string, Waiting>();

  get isEmpty(): boolean {
    return this.#tables.size === 0;
  }

  /** Id of the oldest change of the table that waits; null when none does. */
  oldestOf(table: string): string | null {
    return this.#tables.get(table)?.oldest ?? null;
  }

  /** Id of the change that this one waits behind; null when it may go on. */
  behind(table: string, change: RowIdentity): string | null {
    const waiting = this.#tables.get(table);
    if (waiting === undefined) return null;
    if (waiting.heldBy !== null) return waiting.heldBy;
    for (const name of identities(change)) {
      const id = waiting.keys.get(name);
      if (id !== undefined) return id;
    }
    return null;
  }

  /** Notes a change set aside; `head` is the change it waits behind, or itself. */
  add(table: string, change: RowIdentity, head: string): void {
    const { keys } = this.#entry(table, head);
    for (const name of identities(change)) if (!keys.has(name)) keys.set(name, head);
  }

  /** Notes that a cascade which reaches the table waits: done late, it must not meet rows that came after it. */
  hold(tables: Iterable<string>, head: string): void {
    for (const table of tables) this.#entry(table, head).heldBy ??= head;
  }

  #entry(table: string, head: string): Waiting {
    const known = this.#tables.get(table);
    if (known !== undefined) return known;
    const made = { oldest: head, keys: new Map<string, string>(), heldBy: null };
    this.#tables.set(table, made);
    return made;
  }

  clear(): void {
    this.#tables.clear();
  }
}

/** Names of the rows that a change is about: its keys, or its images in a table without a key. */
export function identities(change: RowIdentity): string[] {
  const parts = change.key === null ? [change.before, change.after] : [change.key, change.oldKey];
  return parts.filter((part) => part !== null).map(latin1);
}
