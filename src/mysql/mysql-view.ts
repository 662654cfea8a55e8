import { SluiceError } from '../contract/error.ts';
import type { Position } from '../contract/position.ts';
import { gtidText } from '../position/position.ts';
import { binlogEnd } from './binlog-end.ts';
import type { MysqlConnection } from './connection.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { lockedView } from './locked-view.ts';
import type { ReadView, ViewSource } from './read-view.ts';

const WAIT_S = 60;

/**
 * MySQL. A change can stand in the binlog before a SELECT sees it; WAIT_FOR_EXECUTED_GTID_SET waits that out, and each
 * statement in autocommit is a fresh read. The end of the binlog, asked after the read, is past all that it saw; the
 * executed set would not be (protocols 3).
 */
export function mysqlViews(pool: ConnectionPool): ViewSource {
  return {
    open: async (low) => {
      const connection = await pool.lend();
      try {
        await waitFor(connection, low);
      } catch (error) {
        pool.drop(connection);
        throw error;
      }
      return freshView(pool, connection);
    },
    openLocked: (table, underLock) => lockedView(pool, table, underLock),
    close: () => pool.close(),
  };
}

export function freshView(pool: ConnectionPool, connection: MysqlConnection): ReadView {
  return {
    connection,
    high: () => binlogEnd(connection),
    close: async (isBroken) => (isBroken ? pool.drop(connection) : pool.giveBack(connection)),
  };
}

async function waitFor(connection: MysqlConnection, low: Position): Promise<void> {
  const { late } = await connection.row('SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) AS late', [gtidText(low), WAIT_S]);
  if (late === '0') return;
  throw new SluiceError({
    code: 'SOURCE_BEHIND_STREAM',
    message: `The source did not make visible within ${WAIT_S} s what it had already written to its binlog.`,
    remedy: 'Look for a stuck commit on the source; if it failed over, the pipeline goes on with the new server.',
    disposition: 'retry',
  });
}
