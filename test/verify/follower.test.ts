import { describe, expect, test } from 'vitest';
import type { RowChange } from '../../src/contract/change.ts';
import type { Position } from '../../src/contract/position.ts';
import { tableVersion } from '../../src/contract/table.ts';
import { MysqlPosition } from '../../src/position/mysql.ts';
import { Follower } from '../../src/verify/follower.ts';

const TABLE = tableVersion({
  ...{ database: 'shop', table: 't', key: [0], uniques: [], cascades: [] },
  columns: [{ name: 'id', type: { kind: 'integer', bytes: 4, unsigned: false }, nullable: false }],
});
const NEVER = new AbortController().signal;

function row(...key: readonly number[]): RowChange {
  const common = {
    tag: 'row',
    op: 'u',
    table: TABLE,
    before: null,
    after: null,
    oldKey: null,
    cascades: false,
  } as const;
  return { ...common, key: Buffer.from(key) };
}

function at(offset: number): Position {
  return MysqlPosition.parse(`s1 bin.000001:${offset} 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-${offset}`);
}

function point(epoch: number) {
  return { logId: 'l', next: epoch, epoch, position: at(epoch * 100) };
}

function changedIn({ window }: ReturnType<Follower['open']>): string[] {
  return window.changed().map(({ bytes, isPrinted }) => (isPrinted ? bytes.toString() : [...bytes].join()));
}

describe('a window of a followed table', () => {
  test('has the keys of the transaction that is under way from its beginning on, and of all that follow', async () => {
    const follower = new Follower();
    follower.stands(point(1));
    const changes = await follower.follow(TABLE, NEVER);
    follower.begun();
    follower.entered(2);
    follower.met([row(7)]);
    follower.stands(point(2));
    follower.begun();
    follower.entered(3);
    follower.met([row(8)]);
    const opened = follower.open(changes);
    follower.met([row(9)]);
    follower.stands(point(3));
    follower.begun();
    follower.met([{ ...row(10), oldKey: Buffer.from([11]) }]);
    follower.touched(TABLE, [['12']]);
    expect(changedIn(opened)).toEqual(['8', '9', '10', '11', '["12"]']);
    expect(opened.low.epoch).toBe(2);
    expect([follower.knows(point(3)), follower.knows(point(4))]).toEqual([true, false]);
  });

  test('opens only after the transaction has ended that was under way before the table was followed', async () => {
    const follower = new Follower();
    follower.stands(point(1));
    follower.begun();
    follower.met([row(1)]);
    let isFollowed = false;
    const following = follower.follow(TABLE, NEVER).then((changes) => {
      isFollowed = true;
      return changes;
    });
    await Promise.resolve();
    expect(isFollowed).toBe(false);
    follower.stands(point(2));
    const opened = follower.open(await following);
    expect([opened.low.epoch, opened.window.isQuiet]).toEqual([2, true]);
  });

  test.each([
    ['TRUNCATE', (follower: Follower) => follower.met([{ tag: 'truncate', table: TABLE }])],
    [
      'DDL',
      (follower: Follower) =>
        follower.met([{ tag: 'schema', database: 'shop', table: 't', statement: '', before: TABLE, after: TABLE }]),
    ],
    ['a cascade whose rows are not known', (follower: Follower) => follower.touched(TABLE, null)],
    ['what nobody tells row by row', (follower: Follower) => follower.unfollowed()],
    [
      'more changes than are kept',
      (follower: Follower) => {
        const many = Array.from({ length: 1000 }, () => ({ ...row(), key: Buffer.alloc(1000) }));
        for (let i = 0; i < 20; i++) follower.met(many);
      },
    ],
  ])('is void after %s, and the one that is opened then is not', async (_, happen) => {
    const follower = new Follower();
    follower.stands(point(1));
    const changes = await follower.follow(TABLE, NEVER);
    const opened = follower.open(changes);
    changes.keep(opened.window);
    follower.begun();
    happen(follower);
    expect([opened.window.isVoid, changes.lost !== null]).toEqual([true, true]);
    follower.stands(point(2));
    expect(follower.open(changes).window.isVoid).toBe(false);
  });
});

test('keys that are kept are moved out of memory once each, however often they changed, and are counted until they are looked at', async () => {
  const follower = new Follower();
  follower.stands(point(1));
  const changes = await follower.follow(TABLE, NEVER);
  const opened = follower.open(changes);
  changes.keep(opened.window);
  opened.window.close();
  for (let turn = 0; turn < 3; turn++) {
    follower.begun();
    follower.met(Array.from({ length: 100 }, (_, i) => row(i)));
    follower.stands(point(turn + 2));
  }
  const taken = changes.moveOut();
  expect(new Set(taken.map(({ bytes }) => [...bytes].join())).size).toBe(100);
  expect([taken.length, changes.waiting, changes.noted, changes.moveOut().length]).toEqual([100, 100, 300, 0]);
  changes.movedLess({ entries: 100, bytes: 300 });
  expect(changes.waiting).toBe(0);
});

test('more keys of one transaction than memory holds are kept where they are moved out meanwhile, and its windows are void', async () => {
  const follower = new Follower();
  follower.stands(point(1));
  const changes = await follower.follow(TABLE, NEVER);
  const before = follower.open(changes).window;
  changes.keep(before);
  follower.onFull(() => changes.moveOut());
  follower.begun();
  for (let i = 0; i < 20_000; i++) follower.met([{ ...row(), key: Buffer.alloc(1000, String(i)) }]);
  const inside = follower.open(changes).window;
  follower.stands(point(2));
  const after = follower.open(changes).window;
  expect([changes.lost, changes.noted]).toEqual([null, 20_000]);
  expect([before.isVoid, inside.isVoid, after.isVoid]).toEqual([true, true, false]);
});

test('what waits for a coordinate goes on when the target stands at it or past it, and ends with its signal', async () => {
  const follower = new Follower();
  follower.stands(point(1));
  const end = new AbortController();
  const coordinate = (offset: number) => ({ serverId: 's1', file: 'bin.000001', offset });
  await follower.untilReached(coordinate(100), end.signal);
  const reached = follower.untilReached(coordinate(200), end.signal);
  const never = follower.untilReached(coordinate(900), end.signal);
  follower.stands(point(3));
  await reached;
  end.abort(new Error('over'));
  await expect(never).rejects.toThrow('over');
});
