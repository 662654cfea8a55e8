import fc from 'fast-check';
import type { RowChange } from '../../src/contract/change.ts';
import { create, type Row, remove, table, update } from './source.ts';

export const ACCOUNT = table('account', ['id int', 'mail text?', 'n int'], { uniques: [[1]] });
/** What a random step does to a source table that holds its keys at every moment, as MySQL does. */
export interface Step {
  readonly kind: 'insert' | 'delete' | 'update' | 'move' | 'replace' | 'flush';
  readonly id: number;
  readonly to: number;
  readonly mail: string | null;
  readonly n: number;
}

export const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'delete', 'update', 'update', 'update', 'move', 'replace', 'flush'),
  id: fc.integer({ min: 1, max: 6 }),
  to: fc.integer({ min: 1, max: 6 }),
  mail: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null }),
  n: fc.integer({ min: 0, max: 99 }),
});

/** A tiny source: refuses what a unique key refuses, and gives the row events of what it accepts. */
export class RandomSource {
  readonly rows = new Map<number, Row>();

  run({ kind, id, to, mail, n }: Step): RowChange[] {
    const old = this.rows.get(id);
    switch (kind) {
      case 'insert':
        return old || this.#isTaken(mail, id) ? [] : this.#put(null, [id, mail, n]);
      case 'delete':
        return old ? this.#drop(old) : [];
      case 'update':
        return !old || this.#isTaken(mail, id) ? [] : this.#put(old, [id, mail, n]);
      case 'move':
        return !old || this.rows.has(to) ? [] : this.#put(old, [to, old[1] ?? null, n]);
      case 'replace':
        return old && !this.#isTaken(mail, id) ? [...this.#drop(old), ...this.#put(null, [id, mail, n])] : [];
      case 'flush':
        return [];
    }
  }

  texts(): string[] {
    return [...this.rows.values()].map((row) => row.map((value) => value ?? 'NULL').join('|')).sort();
  }

  #isTaken(mail: string | null, id: number): boolean {
    return mail !== null && [...this.rows.values()].some((row) => row[1] === mail && row[0] !== id);
  }

  #put(old: Row | null, row: Row): RowChange[] {
    if (old) this.rows.delete(old[0] as number);
    this.rows.set(row[0] as number, row);
    return [old ? update(ACCOUNT, old, row) : create(ACCOUNT, row)];
  }

  #drop(row: Row): RowChange[] {
    this.rows.delete(row[0] as number);
    return [remove(ACCOUNT, row)];
  }
}
