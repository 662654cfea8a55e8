import type { RowChange } from '../contract/change.ts';

/** What tells of which rows a change is about. */
export type RowIdentity = Pick<RowChange, 'key' | 'oldKey' | 'before' | 'after'> & {
  readonly table: { readonly database: string; readonly table: string };
};

/** Who waits in quarantine: a later change of a key that waits waits too, and so does every key it moves to (INV-147). */
export class Waiting {
  readonly #tables = new Map<string, Map<string, string>>();

  /** Id of the change that this one waits behind; null when it may go on. */
  behind(change: RowIdentity): string | null {
    const keys = this.#tables.get(tableName(change));
    if (keys === undefined) return null;
    for (const name of identities(change)) {
      const head = keys.get(name);
      if (head !== undefined) return head;
    }
    return null;
  }

  add(change: RowIdentity, head: string): void {
    const keys = this.#tables.get(tableName(change)) ?? new Map<string, string>();
    this.#tables.set(tableName(change), keys);
    for (const name of identities(change)) if (!keys.has(name)) keys.set(name, head);
  }

  /** The table was emptied: nothing of it waits any more. */
  forget(table: RowIdentity['table']): void {
    this.#tables.delete(`${table.database}\0${table.table}`);
  }

  clear(): void {
    this.#tables.clear();
  }
}

function tableName({ table }: RowIdentity): string {
  return `${table.database}\0${table.table}`;
}

/** Keys, or whole images in a table without one. */
function identities({ key, oldKey, before, after }: RowIdentity): string[] {
  const parts = key === null ? [before, after] : [key, oldKey];
  return parts.filter((part) => part !== null).map((part) => Buffer.from(part).toString('latin1'));
}
