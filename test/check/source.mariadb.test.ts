import { afterAll, beforeAll, expect, it } from 'vitest';
import { sourceGrants } from '../../src/check/grant.ts';
import { connectMysql } from '../../src/mysql/connection.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { brief, checked, onSource, urlOf } from './sides.ts';

const TARGET = 'target: { url: "postgresql://u@127.0.0.1:1/d" }';
let server: RunningServer;

beforeAll(async () => {
  server = await startServer('mariadb', { fresh: true, durable: false });
  await onSource(
    server,
    'SET GLOBAL gtid_strict_mode = ON',
    'CREATE DATABASE shop',
    'CREATE TABLE shop.t (id int PRIMARY KEY)',
  );
});

afterAll(() => server.stop());

function config(change: { user?: string; password?: string; database: string }): string {
  return `pipeline: shop\nsource: { url: "${urlOf(server.url, change)}" }\n${TARGET}`;
}

it('finds nothing wrong with a MariaDB that is as it should be', async () => {
  const report = await checked(config({ database: 'shop' }));
  expect(brief(report)).toEqual(['blocker TARGET_UNREACHABLE target', 'information BINLOG_BYPASS source']);
  expect(report.source).toMatch(/^mariadb \d/);
});

it.each([
  ['binlog_format', 'MIXED', 'ROW', 'SOURCE_BINLOG_FORMAT'],
  ['binlog_row_image', 'MINIMAL', 'FULL', 'SOURCE_ROW_IMAGE'],
  ['binlog_row_metadata', 'NO_LOG', 'FULL', 'SOURCE_ROW_METADATA'],
  ['gtid_strict_mode', 'OFF', 'ON', 'SOURCE_GTID_STRICT'],
])('%s = %s is told, with a cure that cures it', async (variable, wrong, right, code) => {
  await onSource(server, `SET GLOBAL ${variable} = '${wrong}'`);
  try {
    const report = await checked(config({ database: 'shop' }), 'quick');
    const cure = report.findings.find((one) => one.code === code)?.cure ?? [];
    expect(cure.at(-1)).toBe(`-- and in the server's option file: ${variable} = ${right}`);
    await onSource(server, cure[0] ?? '');
    expect(brief(await checked(config({ database: 'shop' }), 'quick'), 'SOURCE')).toEqual([]);
  } finally {
    await onSource(server, `SET GLOBAL ${variable} = '${right}'`);
  }
});

it('refuses a replica that keeps what it receives out of its binlog', async () => {
  await onSource(server, "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1");
  expect(brief(await checked(config({ database: 'shop' }), 'quick'), 'SOURCE')).toEqual([
    'blocker SOURCE_REPLICA_UPDATES source',
  ]);
  await onSource(server, 'RESET SLAVE ALL');
});

it('names every grant that is lacking in a MariaDB account, also one that has some by a role', async () => {
  await onSource(
    server,
    "CREATE USER 'poor'@'%' IDENTIFIED BY 'pw'",
    'CREATE ROLE reader',
    'GRANT SELECT ON shop.* TO reader',
    "GRANT reader TO 'poor'@'%'",
    "SET DEFAULT ROLE reader FOR 'poor'@'%'",
  );
  const text = config({ user: 'poor', password: 'pw', database: 'shop' });
  const report = await checked(text);
  expect(report.findings.flatMap(({ code, cure }) => (code === 'SOURCE_PRIVILEGE_MISSING' ? cure : []))).toEqual([
    "GRANT REPLICATION SLAVE ON *.* TO 'poor'@'%'",
    "GRANT BINLOG MONITOR ON *.* TO 'poor'@'%'",
    "GRANT SELECT, INSERT, UPDATE, CREATE ON `sluice`.* TO 'poor'@'%'",
    "GRANT REFERENCES ON `shop`.* TO 'poor'@'%'",
    "GRANT DELETE, DROP ON `sluice`.* TO 'poor'@'%'",
    "GRANT LOCK TABLES ON `shop`.* TO 'poor'@'%'",
  ]);
  for (const { code, cure } of report.findings)
    if (code === 'SOURCE_PRIVILEGE_MISSING') await onSource(server, ...cure);
  expect(brief(await checked(text), 'SOURCE')).toEqual([]);
});

it('gives an account that init prints the sight of foreign keys, whose cascades are in no binlog', async () => {
  await onSource(
    server,
    'CREATE DATABASE family',
    'CREATE TABLE family.parent (id int PRIMARY KEY) ENGINE=InnoDB',
    `CREATE TABLE family.child (id int PRIMARY KEY, parent int,
       FOREIGN KEY (parent) REFERENCES family.parent (id) ON DELETE SET NULL) ENGINE=InnoDB`,
    "CREATE USER 'printed'@'%' IDENTIFIED BY 'pw'",
    ...sourceGrants('mariadb', "'printed'@'%'", ['family']),
  );
  const own = new URL(urlOf(server.url, { user: 'printed', password: 'pw', database: 'family' }));
  const session = await connectMysql({
    ...{ host: own.hostname, port: Number(own.port), user: 'printed', password: 'pw' },
    ...{ tls: { mode: 'off' }, timeoutMs: 10_000 },
  });
  const keys = await session.rows(
    `SELECT DELETE_RULE AS onDelete FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = 'family'`,
  );
  await session.close();
  expect(keys).toEqual([{ onDelete: 'SET NULL' }]);
});

it('says how to decide a prepared XA transaction, and the statement does', async () => {
  await onSource(
    server,
    "XA START 'a','b',3",
    'INSERT INTO shop.t VALUES (7)',
    "XA END 'a','b',3",
    "XA PREPARE 'a','b',3",
  );
  const report = await checked(config({ database: 'shop' }), 'quick');
  const cure = report.findings.find(({ code }) => code === 'SOURCE_XA_PREPARED')?.cure[0] ?? '';
  await onSource(server, cure.split(' -- ')[0] ?? '');
  expect(brief(await checked(config({ database: 'shop' }), 'quick'), 'SOURCE')).toEqual([]);
});

it('reads the data of a MariaDB as it reads that of a MySQL', async () => {
  await onSource(
    server,
    'CREATE DATABASE data',
    'USE data',
    "SET sql_mode = 'ALLOW_INVALID_DATES'",
    'CREATE TABLE dates (id int PRIMARY KEY, zero date NOT NULL, part date NOT NULL, wrong date NOT NULL, fine date NOT NULL)',
    "INSERT INTO dates VALUES (1, '0000-00-00', '2004-05-00', '2004-02-31', '2004-02-29')",
    'CREATE TABLE texts (id int PRIMARY KEY, note text, fine text)',
    "INSERT INTO texts VALUES (1, CONCAT('a', CHAR(0)), 'x')",
    'CREATE TABLE aria (id int PRIMARY KEY) ENGINE=Aria',
    'CREATE TABLE versioned (id int PRIMARY KEY) WITH SYSTEM VERSIONING',
  );
  const found = brief(await checked(config({ database: 'data' }))).filter(
    (line) => !/ (TARGET|COLUMN_TYPE|BINLOG_BYPASS)/.test(line),
  );
  expect(found).toEqual([
    'blocker COLUMN_ZERO_DATE data.dates.zero',
    'blocker COLUMN_ZERO_DATE data.dates.part',
    'blocker COLUMN_ZERO_DATE data.dates.wrong',
    'blocker COLUMN_NUL data.texts.note',
    'warning TABLE_ENGINE data.aria',
    'warning TABLE_VERSIONED data.versioned',
  ]);
});
