import { expect, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { EpochHeader } from '../../src/contract/change-log.ts';
import { Board } from '../../src/pipeline/status/board.ts';
import { GtidSet } from '../../src/position/gtid-set.ts';
import { MysqlPosition } from '../../src/position/mysql.ts';

const NOW_MS = 1_700_000_000_000;

test('a caught-up target is seen as such although the answer to its last COMMIT was lost', () => {
  const board = boardAtHead(2);
  board.onRead([commit(1), commit(2)]);
  board.onLogged(epoch(1, 1));
  board.onLogged(epoch(2, 2));
  board.onApplied(epoch(1, 1), 1);
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(false);
  // The sink starts again and finds the second epoch applied, which it was never told.
  board.onFindAgain();
  board.onStanding(2, place(2));
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(true);
});

test('a sink that is quicker than the word of what was logged leaves nothing pending', () => {
  const board = boardAtHead(1);
  board.onRead([commit(1)]);
  board.onApplied(epoch(1, 1), 1);
  board.onLogged(epoch(1, 1));
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(true);
});

test('the lag counts from what an earlier process logged, not from what this one has read', () => {
  const board = boardAtHead(9);
  board.onFound({ ...epoch(5, 5), firstCommitUs: BigInt(NOW_MS - 60_000) * 1000n });
  board.onRead([commit(9)]);
  expect(board.lagMs(board.apply, NOW_MS)).toBe(60_000);
  board.onApplied(epoch(5, 5), 1);
  expect(board.lagMs(board.apply, NOW_MS)).toBe(1_000);
});

test('a target that is away for long costs no memory: the lag stays that of the oldest change, and ends with the last', () => {
  const transactions = 20_000;
  const board = boardAtHead(transactions);
  for (let id = 1; id <= transactions; id++) {
    board.onRead([commit(id)]);
    board.onLogged(epoch(id, id));
  }
  expect(board.notes).toBeLessThan(14_000);
  expect(board.lagMs(board.apply, NOW_MS)).toBe(1_000);
  expect(board.isAtHead(board.log, NOW_MS)).toBe(true);
  board.onStanding(transactions - 1, place(transactions - 1));
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(false);
  board.onStanding(transactions, place(transactions));
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(true);
});

test('what is read again after a break is expected once, and what was logged of a batch stays expected', () => {
  const board = boardAtHead(4);
  board.onRead([commit(1), commit(2), commit(3)]);
  board.onLogged(epoch(1, 2, 2));
  board.onReadAgain();
  // The third is to come again; the first two are in the log and still to be applied.
  expect(board.lagMs(board.apply, NOW_MS)).toBe(1_000);
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(false);
  board.onRead([commit(3), commit(4)]);
  board.onLogged(epoch(2, 4, 2));
  board.onStanding(1, place(2));
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(false);
  board.onStanding(2, place(4));
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(true);
});

test('a source that is known to be away has no lag, however short ago it was asked, until it is asked again', () => {
  const board = boardAtHead(2);
  board.onStanding(1, place(2));
  expect(board.isAtHead(board.apply, NOW_MS)).toBe(true);
  board.loseHead();
  expect([board.lagMs(board.apply, NOW_MS), board.isAtHead(board.apply, NOW_MS)]).toEqual([null, false]);
  expect(board.stageStatus(board.apply, NOW_MS).lagMs).toBeNull();
  board.head = boardAtHead(2).head;
  expect(board.lagMs(board.apply, NOW_MS)).toBe(0);
});

/** A source whose head, just polled, is at this offset. */
function boardAtHead(offset: number): Board {
  const board = new Board();
  board.head = { position: place(offset), text: '', atMs: NOW_MS, clockOffsetMs: 0, keptMs: null };
  return board;
}

function place(offset: number): MysqlPosition {
  const coordinate = { serverId: 'a', file: 'bin.000001', offset };
  return new MysqlPosition({ coordinate, handled: GtidSet.parse(''), undecided: [] });
}

/** One transaction, committed a second ago. */
function commit(offset: number): Change {
  return { tag: 'commit', position: place(offset), committedAtUs: BigInt(NOW_MS - 1_000) * 1000n };
}

function epoch(number: number, offset: number, transactions = 1): EpochHeader {
  return {
    number,
    generation: 1,
    offset: number,
    next: number + 1,
    records: 1,
    bytes: 1,
    start: place(offset - 1),
    reached: place(offset),
    firstCommitUs: BigInt(NOW_MS - 1_000) * 1000n,
    lastCommitUs: BigInt(NOW_MS - 1_000) * 1000n,
    transactions,
    state: new Map(),
  };
}
