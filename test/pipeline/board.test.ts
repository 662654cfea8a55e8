import { expect, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { EpochHeader } from '../../src/contract/change-log.ts';
import { Board } from '../../src/pipeline/board.ts';
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

function epoch(number: number, offset: number): EpochHeader {
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
    transactions: 1,
    state: new Map(),
  };
}
