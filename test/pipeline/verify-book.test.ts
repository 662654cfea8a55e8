import { beforeEach, expect, it } from 'vitest';
import { VerifyBook } from '../../src/pipeline/verify/book.ts';
import { Follower } from '../../src/verify/follower.ts';
import { unverified } from '../../src/verify/progress.ts';
import type { ComparedTable, StoredVerification } from '../../src/verify/verify-store.ts';

const TABLE = { database: 'shop', table: 'tbl_order' };
const POINT = { logId: 'l', next: 1, epoch: 1, position: { server: 'mysql', text: '{}' } } as const;

let follower: Follower;
let book: VerifyBook;
beforeEach(async () => {
  follower = new Follower();
  follower.stands(POINT);
  const changes = await follower.follow(TABLE, new AbortController().signal);
  const { window } = follower.open(changes);
  changes.keep(window);
  window.close();
  book = new VerifyBook(follower);
});

function comparedFrom(startedAtMs: number, notedBefore = 0): ComparedTable {
  return {
    ...{ ...TABLE, state: 'equal', position: 'here', startedAtMs, finishedAtMs: Date.now() },
    ...{ sourceRows: 1, targetRows: 1, equal: 1, repaired: 0, differenceCount: 0, differences: [], changing: 0 },
    ...{ rowsEstimate: 1, advice: null, notedBefore },
  };
}

it('a comparison that was begun while the table was followed already knows what changed since', () => {
  book.finished([comparedFrom(Date.now())]);
  follower.touched(TABLE, [['1']]);
  expect(book.tables).toMatchObject([{ state: 'equal', changesSince: 1, waiting: 1 }]);
});

it('a comparison that a process before this one has begun does not claim to know what changed since', () => {
  book.finished([comparedFrom(Date.now() - 60_000)]);
  expect(book.tables).toMatchObject([{ state: 'equal', changesSince: null }]);
});

it('a table that takes part is told before it was ever compared, and one that does not any more is forgotten', () => {
  book.finished([comparedFrom(Date.now())]);
  book.expect([{ database: 'shop', table: 'tbl_item' }]);
  expect(book.tables).toMatchObject([{ table: 'tbl_item', state: 'waiting', verifiedAtMs: null, advice: null }]);
});

const VERDICT = { state: 'equal', advice: null, finishedAtMs: Date.UTC(2026, 10, 30) } as const;

function interrupted(before: StoredVerification['before']): StoredVerification {
  const progress = unverified('shape', false, 2);
  return { ...TABLE, state: 'running', advice: null, progress, finishedAtMs: null, before };
}

it('changes are counted from where a table was read, however often its comparison was begun before', () => {
  for (const key of ['1', '2', '3']) follower.touched(TABLE, [[key]]);
  book.finished([comparedFrom(Date.now(), 2)]);
  expect(book.tables).toMatchObject([{ state: 'equal', changesSince: 1 }]);
});

it('after a restart changes are counted from where the table was read, not from where it was followed', () => {
  for (const key of ['1', '2', '3']) follower.touched(TABLE, [[key]]);
  const progress = unverified('shape', false, 2);
  book.load([{ ...TABLE, ...VERDICT, progress, finishedAtMs: Date.now(), before: null }]);
  expect(book.tables).toMatchObject([{ state: 'equal', changesSince: 1 }]);
});

it('a comparison that was cut short takes nothing from the one before it', () => {
  book.load([interrupted({ ...VERDICT, progress: unverified('shape', false, 0), finishedAtMs: Date.now() })]);
  expect(book.tables).toMatchObject([{ state: 'equal', changesSince: 0, advice: null }]);
});

it('one that a restart makes void is told with its time and result, not as if there had been none', () => {
  const progress = { ...unverified('shape', false, 0), startedAtMs: VERDICT.finishedAtMs - 1_000 };
  book.load([interrupted({ ...VERDICT, progress })]);
  const [told] = book.tables;
  expect(told).toMatchObject({ state: 'equal', verifiedAtMs: VERDICT.finishedAtMs, changesSince: null });
  expect(told?.advice).toMatch(
    /^compared equal at 2026-11-30T00:00:00.000Z, void since a restart: .* compared whole again/,
  );
});

it('rows that were counted are of one moment where the differences explain what one side has more', () => {
  const counts = () => book.rowCounts.map(({ sourceRows, targetRows, position }) => [sourceRows, targetRows, position]);
  expect(counts()).toEqual([]);
  const found = comparedFrom(Date.now());
  book.finished([{ ...found, sourceRows: 7, targetRows: 7 }]);
  expect(counts()).toEqual([[7, 7, 'here']]);
  book.finished([{ ...found, sourceRows: 8, targetRows: 7 }]);
  expect(counts()).toEqual([[8, 7, null]]);
  const missing = {
    table: 'shop.tbl_order',
    key: {},
    column: null,
    kind: 'missing',
    source: null,
    target: null,
  } as const;
  book.finished([
    { ...found, state: 'different', sourceRows: 8, targetRows: 7, differenceCount: 1, differences: [missing] },
  ]);
  expect(counts()).toEqual([[8, 7, 'here']]);
  follower.loseAll('DDL');
  expect(counts()).toEqual([]);
});
