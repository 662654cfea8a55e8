import type { ParentChange } from './cascade-writer.ts';
import { nameOf } from './waiting-index.ts';

interface Pending extends ParentChange {
  /** Tables that its cascade changes. */
  readonly reached: ReadonlySet<string>;
}

/** Parents' changes that are pending, whose cascades are still to be done, in source order. */
export class PendingCascades {
  #pending: Pending[] = [];
  /** Tables that the cascades change: no row of theirs is pending together with them. */
  #reached = new Set<string>();

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  reaches(table: string): boolean {
    return this.#reached.has(table);
  }

  add(parent: ParentChange, reached: ReadonlySet<string>): void {
    this.#pending.push({ ...parent, reached });
    for (const table of reached) this.#reached.add(table);
  }

  /** The tables that must be written together with these: those of every cascade that has one among them. */
  closure(tables: Iterable<string>): ReadonlySet<string> {
    const all = new Set(tables);
    for (let size = -1; size !== all.size; ) {
      size = all.size;
      for (const { change, reached } of this.#pending) {
        const own = [nameOf(change.table), ...reached];
        if (own.some((table) => all.has(table))) for (const table of own) all.add(table);
      }
    }
    return all;
  }

  /** Hands over the cascades of a closure, or all. */
  take(tables: ReadonlySet<string> | null): readonly ParentChange[] {
    const isTaken = ({ change }: ParentChange) => tables === null || tables.has(nameOf(change.table));
    const taken = this.#pending.filter(isTaken);
    this.#pending = this.#pending.filter((parent) => !isTaken(parent));
    this.#reached = new Set(this.#pending.flatMap(({ reached }) => [...reached]));
    return taken;
  }
}
