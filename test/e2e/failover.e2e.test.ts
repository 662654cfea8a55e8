import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterEach, describe, expect, test } from 'vitest';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { caughtUpSince, configOf, type Line, type SourceKind, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { type SourcePair, startPair } from './source-pair.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

interface Setup {
  readonly pair: SourcePair;
  /** The one pipeline, with the source's URL naming this server. */
  readonly lineAt: (server: RunningServer, more?: string) => Line;
}

async function setUp(kind: SourceKind): Promise<Setup> {
  const pair = await startPair(kind);
  cleanUp.push(() => pair.close());
  const target = await startServer('postgres');
  const database = await freshDatabase(target, 'failover');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-failover-'));
  cleanUp.push(
    () => target.stop(),
    database.drop,
    () => rm(folder, { recursive: true, force: true }),
  );
  const file = join(folder, 'sluice.yaml');
  const lineAt = (server: RunningServer, more = ''): Line => {
    const text = `pipeline: failover
source: { url: ${server.url}shop, databases: [shop] }
target: { url: ${database.url} }
log: { kind: embedded, directory: log }
control: { socket: ${join(folder, 's.sock')} }
${more}
`;
    const source = { name: 'shop', url: `${server.url}shop`, drop: async () => undefined };
    return {
      source,
      target: database,
      folder,
      file,
      config: configOf(file, text),
      proxies: null,
      close: async () => undefined,
    };
  };
  await on(
    pair.primary,
    'CREATE DATABASE shop',
    'CREATE TABLE shop.item (id int PRIMARY KEY AUTO_INCREMENT, v varchar(40))',
    "INSERT INTO shop.item (v) VALUES ('loaded 1'), ('loaded 2')",
  );
  return { pair, lineAt };
}

async function on(server: RunningServer, ...statements: readonly string[]): Promise<void> {
  const connection = await createConnection(server.url);
  for (const statement of statements) await connection.query(statement);
  await connection.end();
}

describe.each(['mysql', 'mariadb'] as const)('a pipeline whose source is a primary of %s with a replica', (kind) => {
  test('goes on at the replica by GTID when the primary died and only source.url was changed', async () => {
    const { pair, lineAt } = await setUp(kind);
    const before = lineAt(pair.primary);
    const running = startLine(before);
    await running.until(({ state }) => state === 'streaming');
    await on(
      pair.primary,
      "INSERT INTO shop.item (v) VALUES ('at the primary')",
      "UPDATE shop.item SET v = 'new' WHERE id = 1",
    );
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    // Not read before the primary dies: the replica alone has it for us.
    await on(
      pair.primary,
      'FLUSH BINARY LOGS',
      "INSERT INTO shop.item (v) VALUES ('unread')",
      'DELETE FROM shop.item WHERE id = 2',
    );
    await pair.level();
    await pair.primary.kill();
    await pair.promote();
    await on(
      pair.replica,
      'ALTER TABLE shop.item ADD note varchar(9) NULL',
      "INSERT INTO shop.item (v, note) VALUES ('at the new one', 'n')",
    );
    const after = lineAt(pair.replica);
    const resumed = startLine(after);
    await resumed.until(caughtUpSince(Date.now()));
    await on(pair.replica, "UPDATE shop.item SET v = 'live' WHERE id = 3");
    await resumed.until(caughtUpSince(Date.now()));
    await resumed.stop();
    await expectEqual(after);
  });

  test('loads the rest from the replica when the primary died in the middle of the load', async () => {
    const { pair, lineAt } = await setUp(kind);
    await on(
      pair.primary,
      'CREATE TABLE shop.many (id int PRIMARY KEY AUTO_INCREMENT, v varchar(40)) AUTO_INCREMENT = 1000',
      "INSERT INTO shop.many (v) VALUES ('a'), ('b'), ('c'), ('d')",
      ...Array(7).fill('INSERT INTO shop.many (v) SELECT v FROM shop.many'),
      'CREATE TABLE shop.bag (n int)',
      'INSERT INTO shop.bag SELECT id DIV 10 FROM shop.many',
    );
    const more = 'snapshot: { chunkMaxRows: 1, parallel: 1 }';
    const running = startLine(lineAt(pair.primary, more));
    await running.until(({ snapshot }) => snapshot.tables.some(({ rowsDone }) => rowsDone > 5));
    await running.stop();
    // A heartbeat that the replica never got would be a history of its own.
    await pair.level();
    await pair.primary.kill();
    await pair.promote();
    const after = lineAt(pair.replica, more.replace('1,', '100,'));
    const resumed = startLine(after);
    await resumed.until(caughtUpSince(Date.now()));
    await resumed.stop();
    await expectEqual(after);
  });

  test('is refused by a replica that never got what was read, once that has a history of its own', async () => {
    const { pair, lineAt } = await setUp(kind);
    const running = startLine(lineAt(pair.primary));
    await running.until(({ state }) => state === 'streaming');
    // The database of the heartbeat too.
    await pair.level();
    await pair.cut();
    await on(pair.primary, "INSERT INTO shop.item (v) VALUES ('lost in the failover')");
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await pair.primary.kill();
    await pair.promote();
    await on(pair.replica, "INSERT INTO shop.item (v) VALUES ('another one')");
    const refused = startLine(lineAt(pair.replica));
    await expect(refused.ended).rejects.toMatchObject({ code: 'SOURCE_HISTORY_DIFFERS', disposition: 'resync' });
  });
});
