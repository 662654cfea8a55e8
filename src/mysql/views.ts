import type { MysqlSettings, SessionOptions } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { mariadbViews } from './mariadb-view.ts';
import { mysqlViews } from './mysql-view.ts';
import type { ViewSource } from './read-view.ts';

/** Views of the server that answers there. */
export async function openViews(settings: MysqlSettings, options: SessionOptions = {}): Promise<ViewSource> {
  const pool = new ConnectionPool(settings, options);
  const connection = await pool.lend();
  pool.giveBack(connection);
  return connection.server.hasGtidSets ? mysqlViews(pool) : mariadbViews(pool);
}
