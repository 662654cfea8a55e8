import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import type { BinlogCoordinate, Position } from '../contract/position.ts';
import { isPast } from '../position/coordinate.ts';
import { coordinateOf } from '../position/position.ts';
import type { MysqlConnection } from './connection.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { lockedView } from './locked-view.ts';
import type { ReadView, ViewSource } from './read-view.ts';

const GIVE_UP_MS = 60_000;

/**
 * MariaDB. START TRANSACTION WITH CONSISTENT SNAPSHOT tells the very coordinate that it stands at; the opening is tried
 * again until that is at or past the low position, because a change can be streamed before it is visible.
 */
export function mariadbViews(pool: ConnectionPool): ViewSource {
  return {
    open: async (low) => {
      const connection = await pool.lend();
      try {
        return snapshotView(pool, connection, await openAt(connection, low));
      } catch (error) {
        pool.drop(connection);
        throw error;
      }
    },
    openLocked: (table, underLock) => lockedView(pool, table, underLock),
    close: () => pool.close(),
  };
}

async function openAt(connection: MysqlConnection, low: Position): Promise<BinlogCoordinate> {
  const wanted = coordinateOf(low);
  const end = performance.now() + GIVE_UP_MS;
  for (let waitMs = 0; ; waitMs = Math.min(100, waitMs * 2 + 1)) {
    await connection.run('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const at = await snapshotCoordinate(connection);
    if (at.serverId === wanted.serverId && isPast(at, wanted)) return at;
    await connection.run('COMMIT');
    if (performance.now() > end || at.serverId !== wanted.serverId) throw behind();
    await sleep(waitMs);
  }
}

async function snapshotCoordinate(connection: MysqlConnection): Promise<BinlogCoordinate> {
  const rows = await connection.rows("SHOW STATUS LIKE 'binlog_snapshot_%'");
  const value = (name: string) => rows.find((row) => row['Variable_name']?.toLowerCase() === name)?.['Value'] ?? '';
  return {
    serverId: connection.server.id,
    file: value('binlog_snapshot_file'),
    offset: Number(value('binlog_snapshot_position')),
  };
}

function snapshotView(pool: ConnectionPool, connection: MysqlConnection, at: BinlogCoordinate): ReadView {
  return {
    connection,
    high: async () => at,
    close: async (isBroken) => {
      if (isBroken) return pool.drop(connection);
      await connection.run('COMMIT');
      pool.giveBack(connection);
    },
  };
}

function behind(): SluiceError {
  return new SluiceError({
    code: 'SOURCE_BEHIND_STREAM',
    message: 'The source gives no snapshot that is at or past what the stream has read.',
    remedy: 'Look for a stuck commit on the source; if it failed over, the pipeline goes on with the new server.',
    disposition: 'retry',
  });
}
