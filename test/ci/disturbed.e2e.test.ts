import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { caughtUpSince, configOf, type SourceKind, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';

/** What is done to a source while it is read, each between writes that must all arrive. */
const DISTURBANCES: Readonly<Record<SourceKind, readonly string[]>> = {
  mysql: [
    'SET GLOBAL binlog_checksum = NONE',
    "INSERT INTO item (v) VALUES ('without checksum')",
    'SET GLOBAL binlog_checksum = CRC32',
    'SET SESSION binlog_transaction_compression = ON',
    "INSERT INTO item (v) VALUES ('compressed')",
    'SET SESSION binlog_transaction_compression = OFF',
    'SET SESSION binlog_rows_query_log_events = ON',
    "INSERT INTO item (v) VALUES ('annotated')",
  ],
  mariadb: [
    'SET GLOBAL binlog_checksum = NONE',
    "INSERT INTO item (v) VALUES ('without checksum')",
    'SET GLOBAL binlog_checksum = CRC32',
    'SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10',
    "INSERT INTO item (v) VALUES (REPEAT('compressed', 20))",
    'SET GLOBAL log_bin_compress = OFF',
    'SET SESSION binlog_annotate_row_events = OFF',
    "INSERT INTO item (v) VALUES ('without annotation')",
  ],
};

const FLUSHES = Array.from({ length: 30 }, (_, i) => [
  'FLUSH BINARY LOGS',
  `INSERT INTO item (v) VALUES ('flush ${i}')`,
]).flat();

const MANY = 200_000;
const DIGITS =
  '(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';
const HUGE_BYTES = 24 << 20;

test.each(['mysql', 'mariadb'] as const)(
  'a source of %s that is stopped, restarted, flushed, switched and killed at ends equal',
  async (kind) => {
    await using server = await startServer(kind, { durable: false, arguments: ['--max-allowed-packet=128M'] });
    await using postgres = await startServer('postgres');
    const target = await freshDatabase(postgres, 'disturbed');
    const folder = await mkdtemp(join(tmpdir(), 'sluice-disturbed-'));
    const file = join(folder, 'sluice.yaml');
    const text = `pipeline: disturbed
source: { url: ${server.url}shop, databases: [shop] }
target: { url: ${target.url} }
log: { kind: embedded, directory: log }
control: { socket: ${join(folder, 's.sock')} }
`;
    const source = { name: 'shop', url: `${server.url}shop`, drop: async () => undefined };
    const line = {
      source,
      target,
      folder,
      file,
      config: configOf(file, text),
      proxies: null,
      close: async () => undefined,
    };
    let session = await createConnection(server.url);
    const run = async (...statements: readonly string[]) => {
      for (const statement of statements) await session.query(statement);
    };
    try {
      await run('CREATE DATABASE shop', 'USE shop');
      await run('CREATE TABLE item (id int PRIMARY KEY AUTO_INCREMENT, v varchar(300))');
      await run('CREATE TABLE huge (id int PRIMARY KEY, b longblob)', "INSERT INTO item (v) VALUES ('loaded')");
      const running = startLine(line);
      await running.until(({ state }) => state === 'streaming');
      await run(...DISTURBANCES[kind], ...FLUSHES);
      for (let i = 0; i < 10; i++) {
        await killDumps(session);
        await run(`INSERT INTO item (v) VALUES ('killed ${i}')`);
      }
      const five = ['a', 'b', 'c', 'e', 'f'].map((alias) => `${DIGITS} ${alias}`).join(', ');
      await run(`INSERT INTO item (v) SELECT CONCAT('many ', a.d) FROM ${five}, (SELECT 1 UNION ALL SELECT 2) g`);
      await run(`INSERT INTO huge VALUES (1, REPEAT('x', ${HUGE_BYTES}))`);
      process.kill(server.pid ?? 0, 'SIGSTOP');
      await sleep(500);
      process.kill(server.pid ?? 0, 'SIGCONT');
      await session.end();
      await server.restart();
      session = await createConnection(`${server.url}shop`);
      await run("UPDATE item SET v = 'after the restart' WHERE id <= 20");
      await server.kill();
      await server.restart();
      session = await createConnection(`${server.url}shop`);
      await run("INSERT INTO item (v) VALUES ('after the crash')");
      await running.until(caughtUpSince(Date.now()));
      await running.stop();
      await expectEqual(line);
      const [rows] = await session.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM item');
      expect(rows[0]?.['count']).toBeGreaterThan(MANY);
    } finally {
      session.destroy();
      await target.drop();
      await rm(folder, { recursive: true, force: true });
    }
  },
);

async function killDumps(session: Connection): Promise<void> {
  const [threads] = await session.query<RowDataPacket[]>('SHOW PROCESSLIST');
  const dumps = threads.filter(({ Command }) => String(Command).startsWith('Binlog Dump'));
  // It may have ended by itself meanwhile.
  for (const { Id } of dumps) await session.query(`KILL ${Id}`).catch(() => undefined);
}
