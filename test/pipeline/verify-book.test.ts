import { beforeEach, expect, it } from 'vitest';
import type { TableVerification } from '../../src/contract/verify.ts';
import { VerifyBook } from '../../src/pipeline/verify-book.ts';
import { Follower } from '../../src/verify/follower.ts';

const TABLE = { database: 'shop', table: 'tbl_order' };
const POINT = { epoch: 1, position: { server: 'mysql', text: '{}' } } as const;

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

function comparedFrom(startedAtMs: number): TableVerification {
  return {
    ...{ ...TABLE, state: 'equal', position: 'here', startedAtMs, finishedAtMs: Date.now() },
    ...{ sourceRows: 1, targetRows: 1, equal: 1, repaired: 0, differenceCount: 0, differences: [], changing: 0 },
    ...{ rowsEstimate: 1, advice: null },
  };
}

it('a comparison that was begun while the table was followed already knows what changed since', () => {
  book.finished([comparedFrom(Date.now())], book.noted([TABLE]));
  follower.touched(TABLE, [['1']]);
  expect(book.tables).toMatchObject([{ state: 'equal', changesSince: 1, waiting: 1 }]);
});

it('a comparison that a process before this one has begun does not claim to know what changed since', () => {
  book.finished([comparedFrom(Date.now() - 60_000)], book.noted([TABLE]));
  expect(book.tables).toMatchObject([{ state: 'equal', changesSince: null }]);
});

it('a table that takes part is told before it was ever compared, and one that does not any more is forgotten', () => {
  book.finished([comparedFrom(Date.now())], book.noted([TABLE]));
  book.expect([{ database: 'shop', table: 'tbl_item' }]);
  expect(book.tables).toMatchObject([{ table: 'tbl_item', state: 'waiting', verifiedAtMs: null, advice: null }]);
});
