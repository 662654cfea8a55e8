import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowChange } from '../../src/contract/change.ts';
import { RandomSource, step } from './random-source.ts';
import { EpochSeries, type Row, stream } from './source.ts';
import { NEVER, Target } from './target.ts';

const columns = '(id integer PRIMARY KEY, mail text UNIQUE, n integer NOT NULL)';

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
  const source = new RandomSource();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 80 }), async (steps) => {
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
    { numRuns: 60 },
  );
});

test('whatever could not be held for a while, after a retry the target equals the source', async () => {
  const narrow = '(id integer PRIMARY KEY, mail text UNIQUE, n integer NOT NULL CHECK (n < 60))';
  await using target = await Target.open(`CREATE TABLE account ${narrow}`);
  const sink = target.sink();
  await sink.start();
  const log = new EpochSeries();
  const source = new RandomSource();
  let waited = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 80 }), fc.boolean(), async (steps, isRestarted) => {
      const batches: RowChange[][] = [[]];
      for (const one of steps) {
        if (one.kind === 'flush') batches.push([]);
        batches.at(-1)?.push(...source.run(one));
      }
      for (const batch of batches) await sink.apply(stream(log.next(batch)), NEVER);
      if (isRestarted) await sink.start();
      const list = await sink.quarantine.list();
      waited += list.length;
      const waiting = new Set(list.map(({ key }) => JSON.parse(key ?? '{}').id));
      const isGoing = (text: string) => !waiting.has(Number(text.split('|')[0]));
      const moved = list.some(({ op }) => op === 'u');
      if (!moved) expect((await target.rows('account')).filter(isGoing)).toEqual(source.texts().filter(isGoing));
      await target.session.query('ALTER TABLE account DROP CONSTRAINT IF EXISTS account_n_check');
      expect(await sink.quarantine.retry('all')).toEqual({ applied: list.length, remaining: 0 });
      expect(await target.rows('account')).toEqual(source.texts());
      await target.session.query('ALTER TABLE account ADD CONSTRAINT account_n_check CHECK (n < 60) NOT VALID');
    }),
    { numRuns: 40 },
  );
  expect(waited).toBeGreaterThan(100);
});
