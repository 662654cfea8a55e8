import { expect, test } from 'vitest';
import { connectMysql } from '../../src/mysql/connection.ts';
import { ConnectionPool } from '../../src/mysql/connection-pool.ts';
import { freshView, mysqlViews } from '../../src/mysql/mysql-view.ts';
import type { ViewSource } from '../../src/mysql/read-view.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { settingsOf, type TestSource } from '../mysql/source.ts';
import { loadUnderWrites } from './interleave-contract.ts';

/** A server whose transactions stand in the binlog, and are sent, 150 ms before anybody can read their rows. */
const LATE_COMMITS = ['--sync-binlog=0', '--binlog-group-commit-sync-delay=150000'];

async function privateSource(): Promise<TestSource & AsyncDisposable> {
  const server = await startServer('mysql', { arguments: LATE_COMMITS, durable: false });
  const { name } = await freshDatabase(server, 'fault');
  const settings = settingsOf(server.url);
  const connection = await connectMysql({ ...settings, database: name });
  const stop = async () => {
    await connection.close();
    await server.stop();
  };
  return { kind: 'mysql', settings, database: name, connection, [Symbol.asyncDispose]: stop };
}

/** The reader as others built it: it reads as soon as the window is open. */
function withoutWait(pool: ConnectionPool): ViewSource {
  return { ...mysqlViews(pool), open: async () => freshView(pool, await pool.lend()) };
}

test('a reader that does not wait until the low position is visible loses changes, and the test sees it', async () => {
  await using source = await privateSource();
  const views = () => withoutWait(new ConnectionPool(source.settings));
  await expect(loadUnderWrites(source, { chunkRows: 20, writers: 10, rounds: 5, views })).rejects.toThrow(
    /writer|expected|not there/,
  );
});

test('where commits become visible 150 ms after they are streamed, the wait makes it right', async () => {
  await using source = await privateSource();
  await loadUnderWrites(source, { chunkRows: 20, writers: 10 });
});
