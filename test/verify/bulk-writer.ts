import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import type { Line } from '../e2e/line.ts';
import { onSource } from '../e2e/statement.ts';

const TURN_MS = 100;
/** Rows of its own table, about; older ones are deleted. */
const MOST_ROWS = 20_000;
/** Of a turn's changes: rows added and as many deleted, rows changed anywhere, orders changed. */
const SHARES = { insert: 0.3, update: 0.3, order: 0.2 };
const CONFLICTS: ReadonlySet<unknown> = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);

/** For `startBulk`, before the pipeline begins. */
export async function makeBulkTable(line: Line): Promise<void> {
  await onSource(
    line,
    'CREATE TABLE tbl_bulk (id bigint AUTO_INCREMENT PRIMARY KEY, n int NOT NULL, note varchar(60))',
  );
}

/**
 * Writes beside the shop's own traffic, which makes as many changes as one server's round trips allow: many rows with each
 * statement, a table of its own from the end to the beginning, and orders anywhere.
 */
export function startBulk(line: Line, changesPerSecond: number) {
  let isOver = false;
  let changes = 0;
  const work = async () => {
    const connection = await createConnection(line.source.url);
    try {
      for (let turn = 0, nextMs = performance.now(); !isOver; turn++) {
        changes += await changed(connection, turn, (changesPerSecond * TURN_MS) / 1_000);
        nextMs += TURN_MS;
        await sleep(Math.max(0, nextMs - performance.now()));
      }
    } finally {
      await connection.end();
    }
  };
  const running = work();
  running.catch(() => {});
  return {
    stop: async () => {
      isOver = true;
      await running;
      return changes;
    },
  };
}

async function changed(connection: Connection, turn: number, rows: number): Promise<number> {
  const count = (share: number) => Math.ceil(rows * share);
  const values = Array.from({ length: count(SHARES.insert) }, (_, i) => `(${turn}, 'turn ${turn} row ${i}')`);
  const [[bulk]] = await connection.query<RowDataPacket[]>('SELECT MIN(id) AS low, MAX(id) AS high FROM tbl_bulk');
  const { low, high } = { low: Number(bulk?.['low'] ?? 0), high: Number(bulk?.['high'] ?? 0) };
  const start = low + Math.floor(Math.random() * (high - low));
  const order = (turn * 37) % 4_000;
  let total = 0;
  for (const sql of [
    `INSERT INTO tbl_bulk (n, note) VALUES ${values.join(', ')}`,
    `UPDATE tbl_bulk SET n = n + 1 WHERE id BETWEEN ${start} AND ${start + count(SHARES.update) - 1}`,
    `UPDATE tbl_order SET note = 'turn ${turn}' WHERE id >= ${order} ORDER BY id LIMIT ${count(SHARES.order)}`,
    `DELETE FROM tbl_bulk WHERE id BETWEEN ${low} AND ${high - MOST_ROWS} ORDER BY id LIMIT ${count(SHARES.insert)}`,
  ])
    total += await affected(connection, sql);
  return total;
}

/** A statement that met another's locks has changed nothing. */
async function affected(connection: Connection, sql: string): Promise<number> {
  try {
    const [{ affectedRows }] = await connection.query<ResultSetHeader>(sql);
    return affectedRows;
  } catch (error) {
    if (error instanceof Error && 'code' in error && CONFLICTS.has(error.code)) return 0;
    throw error;
  }
}
