import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowChange } from '../../src/contract/change.ts';
import { create, EpochSeries, type Row, remove, stream, table, update } from './source.ts';
import { NEVER, Target } from './target.ts';

const ACCOUNT = table('account', ['id int', 'mail text?', 'n int'], { uniques: [[1]] });
const columns = '(id integer PRIMARY KEY, mail text UNIQUE, n integer NOT NULL)';

/** What a random step does to a source table that holds its keys at every moment, as MySQL does. */
interface Step {
  readonly kind: 'insert' | 'delete' | 'update' | 'move' | 'replace' | 'flush';
  readonly id: number;
  readonly to: number;
  readonly mail: string | null;
  readonly n: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'delete', 'update', 'update', 'update', 'move', 'replace', 'flush'),
  id: fc.integer({ min: 1, max: 6 }),
  to: fc.integer({ min: 1, max: 6 }),
  mail: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null }),
  n: fc.integer({ min: 0, max: 99 }),
});

/** A tiny source: refuses what a unique key refuses, and gives the row events of what it accepts. */
class Source {
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

/** Exact replay: one statement per change, in source order. */
function statementOf(change: RowChange, before: Row | null, after: Row | null): [string, (string | null)[]] {
  const text = (row: Row | null) => (row ?? []).map((value) => (value === null ? null : String(value)));
  const key = String(before?.[0] ?? '');
  if (change.op === 'c') return ['INSERT INTO replayed VALUES ($1, $2, $3)', text(after)];
  if (change.op === 'd') return ['DELETE FROM replayed WHERE id = $1', [key]];
  return ['UPDATE replayed SET id = $1, mail = $2, n = $3 WHERE id = $4', [...text(after), key]];
}

test('set-wise and row by row give the same table, whatever moves, swaps and comes back inside a run', async () => {
  await using target = await Target.open(`CREATE TABLE account ${columns}`, `CREATE TABLE replayed ${columns}`);
  const sink = target.sink();
  await sink.start();
  const log = new EpochSeries();
  const source = new Source();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      const batches: RowChange[][] = [[]];
      for (const one of steps) {
        const rows = new Map(source.rows);
        const changes = source.run(one);
        if (one.kind === 'flush') batches.push([]);
        batches.at(-1)?.push(...changes);
        for (const change of changes) {
          const after = change.after ? (source.rows.get(one.kind === 'move' ? one.to : one.id) ?? null) : null;
          await target.session.query(...statementOf(change, rows.get(one.id) ?? null, after));
        }
      }
      await sink.apply(stream(...batches.map((batch) => log.next(batch))), NEVER);
      const replayed = await target.rows('replayed');
      expect(await target.rows('account')).toEqual(replayed);
      expect(replayed).toEqual(source.texts());
    }),
    { numRuns: 150 },
  );
});
