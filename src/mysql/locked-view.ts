import { binlogEnd } from './binlog-end.ts';
import type { MysqlConnection } from './connection.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { quoteTable, type TableName } from './identifier.ts';
import type { ReadView, ViewSource } from './read-view.ts';

/** Writers queue behind our request for the lock, so it gives up quickly and is tried again later. */
const LOCK_WAIT_S = 2;

/**
 * A snapshot of one table with its exact coordinate: while a READ lock stands, every transaction that wrote the table
 * has ended and no other begins, so snapshot and end of binlog agree about it (INV-45). The lock is held for a few
 * statements; an engine without snapshots keeps it until the view closes.
 */
export async function lockedView(
  pool: ConnectionPool,
  ...[table, underLock]: Parameters<ViewSource['openLocked']>
): Promise<ReadView> {
  const locker = await pool.lend();
  try {
    await locker.run(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_S}`);
    await locker.run(`LOCK TABLES ${quoteTable(table)} READ`);
    const view = await snapshotUnderLock(pool, locker, underLock);
    if (await hasSnapshots(view.connection, table)) {
      await unlock(pool, locker);
      return view;
    }
    return {
      ...view,
      close: async (isBroken) => void (await Promise.all([view.close(isBroken), unlock(pool, locker)])),
    };
  } catch (error) {
    pool.drop(locker);
    throw error;
  }
}

async function snapshotUnderLock(
  pool: ConnectionPool,
  locker: MysqlConnection,
  underLock: (connection: MysqlConnection) => Promise<void>,
): Promise<ReadView> {
  const connection = await pool.lend();
  try {
    await connection.run('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const at = await binlogEnd(locker);
    await underLock(connection);
    return {
      connection,
      high: async () => at,
      close: async (isBroken) => {
        if (isBroken) return pool.drop(connection);
        await connection.run('COMMIT');
        pool.giveBack(connection);
      },
    };
  } catch (error) {
    pool.drop(connection);
    throw error;
  }
}

async function hasSnapshots(connection: MysqlConnection, { database, table }: TableName): Promise<boolean> {
  const sql = 'SELECT ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?';
  const { engine } = await connection.row(sql, [database, table]);
  return engine?.toLowerCase() === 'innodb';
}

async function unlock(pool: ConnectionPool, locker: MysqlConnection): Promise<void> {
  await locker.run('UNLOCK TABLES');
  await locker.run('SET SESSION lock_wait_timeout = DEFAULT');
  pool.giveBack(locker);
}
