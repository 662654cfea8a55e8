import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectMysql } from '../../src/mysql/connection.ts';
import { has, readGrants } from '../../src/mysql/grant.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { brief, checked, onSource, urlOf } from './sides.ts';

// The target is a port that nobody listens on: its one finding is left out of every list here.
const TARGET = 'target: { url: "postgresql://u@127.0.0.1:1/d" }';
const ODD = `odd \`name".dot Ünïcode ${'語'.repeat(20)}`.slice(0, 64);
const LONG = '語'.repeat(64);
// InnoDB's file names hold no more of such characters.
const LONG_TABLE = '語'.repeat(50);
let server: RunningServer;

beforeAll(async () => {
  server = await startServer('mysql', { fresh: true, durable: false });
});

afterAll(() => server.stop());

function config(change: { user?: string; password?: string; database: string; more?: string }): string {
  return `pipeline: shop\nsource: { url: "${urlOf(server.url, change)}" }\n${TARGET}\n${change.more ?? ''}`;
}

const SETTINGS = [
  ['binlog_format', 'STATEMENT', 'ROW', 'SOURCE_BINLOG_FORMAT'],
  ['binlog_format', 'MIXED', 'ROW', 'SOURCE_BINLOG_FORMAT'],
  ['binlog_row_image', 'MINIMAL', 'FULL', 'SOURCE_ROW_IMAGE'],
  ['binlog_row_metadata', 'MINIMAL', 'FULL', 'SOURCE_ROW_METADATA'],
  ['binlog_row_value_options', 'PARTIAL_JSON', '', 'SOURCE_PARTIAL_JSON'],
  ['gtid_mode', 'ON_PERMISSIVE', 'ON', 'SOURCE_GTID_OFF'],
  ['binlog_expire_logs_seconds', '3600', '2592000', 'SOURCE_RETENTION'],
] as const;

describe('a source with one setting wrong', () => {
  beforeAll(() => onSource(server, 'CREATE DATABASE settings', 'CREATE TABLE settings.t (id int PRIMARY KEY)'));

  it('of none is without any finding', async () => {
    const report = await checked(config({ database: 'settings' }));
    expect(brief(report)).toEqual(['blocker TARGET_UNREACHABLE target', 'information BINLOG_BYPASS source']);
    expect(report).toMatchObject({ source: expect.stringMatching(/^mysql \d/), target: null, tables: 1 });
  });

  it.each(SETTINGS)('%s = %s is told, with a cure that cures it', async (variable, wrong, right, code) => {
    const quote = (value: string): string => (/^\d+$/.test(value) ? value : `'${value}'`);
    await onSource(server, `SET GLOBAL ${variable} = ${quote(wrong)}`);
    try {
      const report = await checked(config({ database: 'settings' }), 'quick');
      const found = report.findings.find((one) => one.code === code);
      expect(found?.message).toContain(code === 'SOURCE_RETENTION' ? '1 h' : `${variable} is ${wrong}`);
      await onSource(server, ...(found?.cure ?? []));
      expect(brief(await checked(config({ database: 'settings' }), 'quick'), 'SOURCE')).toEqual([]);
    } finally {
      await onSource(server, 'RESET PERSIST', `SET GLOBAL ${variable} = ${quote(right)}`);
    }
  });

  it('whose accounts may write past the binlog names them, with what takes the right away', async () => {
    const bypass = async () => {
      const report = await checked(config({ database: 'settings' }), 'quick');
      return report.findings.find(({ code }) => code === 'BINLOG_BYPASS');
    };
    expect(await bypass()).toMatchObject({ severity: 'information', message: expect.stringContaining('root alone') });
    await onSource(
      server,
      "CREATE USER 'batch'@'10.%'",
      "GRANT SESSION_VARIABLES_ADMIN, SYSTEM_VARIABLES_ADMIN ON *.* TO 'batch'@'10.%'",
    );
    const found = await bypass();
    expect(found).toMatchObject({ severity: 'warning', message: expect.stringContaining("'batch'@'10.%'") });
    await onSource(server, ...(found?.cure ?? []));
    expect(await bypass()).toMatchObject({ severity: 'information' });
    await onSource(server, "DROP USER 'batch'@'10.%'");
  });

  it('with GTIDs off from the start has the four steps that turn them on', async () => {
    const off = await startServer('mysql', {
      durable: false,
      arguments: ['--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'],
    });
    try {
      await onSource(off, 'CREATE DATABASE d', 'CREATE TABLE d.t (id int PRIMARY KEY)');
      const text = `pipeline: p\nsource: { url: "${urlOf(off.url, { database: 'd' })}" }\n${TARGET}`;
      const report = await checked(text, 'quick');
      expect(brief(report, 'SOURCE_GTID')).toEqual([
        'blocker SOURCE_GTID_CONSISTENCY source',
        'blocker SOURCE_GTID_OFF source',
      ]);
      for (const { code, cure } of report.findings) if (code.startsWith('SOURCE_')) await onSource(off, ...cure);
      expect(brief(await checked(text, 'quick'), 'SOURCE')).toEqual([]);
    } finally {
      await off.stop();
    }
  });

  it('without a binlog, or with a filter on it, cannot be read', async () => {
    const off = await startServer('mysql', {
      durable: false,
      arguments: ['--skip-log-bin', '--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'],
    });
    const filtered = await startServer('mysql', { durable: false, arguments: ['--binlog-ignore-db=d'] });
    try {
      for (const one of [off, filtered])
        await onSource(one, 'CREATE DATABASE d', 'CREATE TABLE d.t (id int PRIMARY KEY)');
      const of = (one: RunningServer) =>
        `pipeline: p\nsource: { url: "${urlOf(one.url, { database: 'd' })}" }\n${TARGET}`;
      expect(brief(await checked(of(off), 'quick'), 'SOURCE')).toEqual(['blocker SOURCE_BINLOG_OFF source']);
      expect(brief(await checked(of(filtered), 'quick'), 'SOURCE')).toEqual(['blocker SOURCE_BINLOG_FILTER d']);
    } finally {
      await off.stop();
      await filtered.stop();
    }
  });
});

describe('a source that cannot be used', () => {
  it('by a wrong password is told without the password', async () => {
    await onSource(server, "CREATE USER IF NOT EXISTS 'someone'@'%' IDENTIFIED BY 'right-password'");
    const report = await checked(config({ user: 'someone', password: 'wrong-password', database: 'settings' }));
    expect(brief(report, 'SOURCE')).toEqual(['blocker SOURCE_ACCESS_DENIED source']);
    expect(JSON.stringify(report)).not.toContain('wrong-password');
    expect(report.source).toBeNull();
  });

  it('because nobody listens, or there is no such database, is told so', async () => {
    const nobody = `pipeline: p\nsource: { url: "mysql://u@127.0.0.1:1/d" }\n${TARGET}`;
    expect(brief(await checked(nobody), 'SOURCE')).toEqual(['blocker SOURCE_UNREACHABLE source']);
    const report = await checked(config({ database: 'no such' }));
    expect(brief(report, 'SOURCE')).toEqual(['blocker SOURCE_DATABASE_UNKNOWN no such']);
    expect(brief(report, 'DATABASE')).toEqual(['blocker DATABASE_EMPTY source']);
  });

  it('for want of rights has every grant it lacks, and they are enough', async () => {
    const account = "'poor''s \"one'@'%'";
    await onSource(
      server,
      'CREATE DATABASE rights_1',
      'CREATE DATABASE rightsX1',
      'CREATE TABLE rights_1.t (id int PRIMARY KEY)',
      'CREATE TABLE rights_1.`hidden` (id int PRIMARY KEY)',
      `CREATE USER ${account} IDENTIFIED BY 'pw'`,
      `GRANT SELECT ON rights_1.t TO ${account}`,
      `GRANT INSERT ON rights_1.hidden TO ${account}`,
    );
    const text = config({ user: 'poor\'s "one', password: 'pw', database: 'rights_1' });
    const report = await checked(text);
    expect(report.findings.flatMap(({ code, cure }) => (code === 'SOURCE_PRIVILEGE_MISSING' ? cure : []))).toEqual([
      `GRANT REPLICATION SLAVE ON *.* TO ${account}`,
      `GRANT REPLICATION CLIENT ON *.* TO ${account}`,
      `GRANT XA_RECOVER_ADMIN ON *.* TO ${account}`,
      `GRANT SELECT, INSERT, UPDATE, CREATE ON \`sluice\`.* TO ${account}`,
      `GRANT SELECT ON \`rights\\_1\`.* TO ${account}`,
      `GRANT DELETE, DROP ON \`sluice\`.* TO ${account}`,
      `GRANT LOCK TABLES ON \`rights\\_1\`.* TO ${account}`,
    ]);
    for (const { code, cure } of report.findings)
      if (code === 'SOURCE_PRIVILEGE_MISSING') await onSource(server, ...cure);
    expect(brief(await checked(text), 'SOURCE')).toEqual([]);
  });

  it('for want of the right to see prepared transactions is told which one, whoever asks', async () => {
    await onSource(server, "CREATE USER 'asks'@'%' IDENTIFIED BY 'pw'");
    const { host, port } = server;
    const login = { host, port, user: 'asks', password: 'pw', tls: { mode: 'off' }, timeoutMs: 10_000 } as const;
    const session = await connectMysql(login);
    await expect(session.rows('XA RECOVER')).rejects.toMatchObject({
      code: 'SOURCE_PRIVILEGE_MISSING',
      remedy: expect.stringContaining('XA_RECOVER_ADMIN'),
    });
    await session.close();
  });

  it('counts rights that come by a role', async () => {
    await onSource(
      server,
      'CREATE DATABASE roles',
      'CREATE TABLE roles.t (id int PRIMARY KEY)',
      "CREATE ROLE 'mover'",
      "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO 'mover'",
      "CREATE USER 'member'@'%' IDENTIFIED BY 'pw' DEFAULT ROLE 'mover'",
    );
    expect(brief(await checked(config({ user: 'member', password: 'pw', database: 'roles' })), 'SOURCE')).toEqual([]);
  });

  it('that were given everywhere and taken from one database is told what it lacks there', async () => {
    await onSource(
      server,
      'SET GLOBAL partial_revokes = ON',
      'CREATE DATABASE part_1',
      'CREATE TABLE part_1.t (id int PRIMARY KEY)',
      "CREATE USER 'part'@'%' IDENTIFIED BY 'pw'",
      "GRANT ALL ON *.* TO 'part'@'%'",
      "REVOKE INSERT, DROP ON sluice.* FROM 'part'@'%'",
      "REVOKE LOCK TABLES ON part_1.* FROM 'part'@'%'",
    );
    // Not a pattern any more: partX1 would be meant by it.
    await onSource(server, "CREATE USER 'plain'@'%' IDENTIFIED BY 'pw'", "GRANT SELECT ON `part%`.* TO 'plain'@'%'");
    const text = config({ user: 'part', password: 'pw', database: 'part_1' });
    const report = await checked(text);
    const lacking = report.findings.flatMap(({ code, cure }) => (code === 'SOURCE_PRIVILEGE_MISSING' ? cure : []));
    expect(lacking).toEqual([
      "GRANT INSERT ON `sluice`.* TO 'part'@'%'",
      "GRANT DROP ON `sluice`.* TO 'part'@'%'",
      "GRANT LOCK TABLES ON `part\\_1`.* TO 'part'@'%'",
    ]);
    await onSource(server, ...lacking);
    expect(brief(await checked(text), 'SOURCE')).toEqual([]);
    const { host, port } = server;
    const login = { host, port, user: 'plain', password: 'pw', tls: { mode: 'off' }, timeoutMs: 10_000 } as const;
    const plain = await connectMysql(login);
    expect(has(await readGrants(plain), 'SELECT', 'part_1')).toBe(false);
    await plain.close();
    await onSource(server, "DROP USER 'part'@'%', 'plain'@'%'", 'SET GLOBAL partial_revokes = OFF');
  });

  it('because our server id is taken is told', async () => {
    const text = `pipeline: p\nsource: { serverId: 1, url: "${urlOf(server.url, { database: 'settings' })}" }\n${TARGET}`;
    expect(brief(await checked(text, 'quick'), 'SOURCE')).toEqual(['blocker SOURCE_SERVER_ID source']);
  });

  it('while an XA transaction is prepared says how to decide it, and the statement does', async () => {
    await onSource(
      server,
      "XA START 'one','two',7",
      'INSERT INTO settings.t VALUES (77)',
      "XA END 'one','two',7",
      "XA PREPARE 'one','two',7",
    );
    const report = await checked(config({ database: 'settings' }), 'quick');
    const found = report.findings.find(({ code }) => code === 'SOURCE_XA_PREPARED');
    expect(found).toMatchObject({ severity: 'warning' });
    await onSource(server, (found?.cure[0] ?? '').split(' -- ')[0] ?? '');
    expect(brief(await checked(config({ database: 'settings' }), 'quick'), 'SOURCE')).toEqual([]);
  });
});

describe('the tables of a source', () => {
  beforeAll(() =>
    onSource(
      server,
      'CREATE DATABASE `tables-db`',
      'USE `tables-db`',
      "SET sql_mode = ''",
      'CREATE TABLE keyless (id int, a varchar(9))',
      'CREATE TABLE uniquely (a int NOT NULL UNIQUE, b int)',
      'CREATE TABLE old (id int PRIMARY KEY) ENGINE=MyISAM',
      `CREATE TABLE dates (id int PRIMARY KEY, maybe date, must date NOT NULL, at datetime NOT NULL, ruled date NOT NULL)`,
      `INSERT INTO dates VALUES (1, '0000-00-00', '2004-00-10', '0000-00-00 00:00:00', '0000-00-00'), (2, NULL, '2004-02-01', '2004-02-01 00:00:00', '2004-02-03')`,
      'CREATE TABLE numbers (id int PRIMARY KEY, flag tinyint(1), big bigint unsigned, span time, fine tinyint(1))',
      "INSERT INTO numbers VALUES (1, 2, 18446744073709551615, '25:00:00', 1)",
      'CREATE TABLE texts (id int PRIMARY KEY, note text CHARACTER SET latin1, fine varchar(10))',
      "INSERT INTO texts VALUES (1, CONCAT('a', CHAR(0), 'b'), 'x')",
      `CREATE TABLE \`${ODD.replaceAll('`', '``')}\` (\`select\` int PRIMARY KEY, \`Mixed Case\` int, \`${LONG}\` date)`,
      `CREATE TABLE \`${LONG_TABLE}\` (id int PRIMARY KEY)`,
      'CREATE TABLE `user` (`order` int PRIMARY KEY, `group` int, `a.b` int, `a b` int)',
    ),
  );

  const rules = 'tables: { rules: { dates: { zeroDate: { ruled: 1970-01-01 } } } }';

  it('are told by name: keys, engines, values that PostgreSQL cannot hold, types that the data decides', async () => {
    const report = await checked(config({ database: 'tables-db', more: rules }));
    const db = 'tables-db';
    expect(brief(report).filter((line) => !/ (TARGET_|COLUMN_TYPE |BINLOG_BYPASS)/.test(line))).toEqual(
      [
        `blocker COLUMN_ZERO_DATE ${db}.dates.must`,
        `blocker COLUMN_ZERO_DATE ${db}.dates.at`,
        `blocker COLUMN_NUL ${db}.texts.note`,
        `warning TABLE_NO_KEY ${db}.keyless`,
        `warning TABLE_ENGINE ${db}.old`,
        `information NAME_CUT ${db}.${ODD}`,
        `information NAME_CUT ${db}.${ODD}`,
        `information NAME_CUT ${db}.${LONG_TABLE}`,
        `information COLUMN_ZERO_DATE ${db}.dates.maybe`,
        `information COLUMN_ZERO_DATE ${db}.dates.ruled`,
        `information COLUMN_NOT_BOOLEAN ${db}.numbers.flag`,
        `information COLUMN_BEYOND_BIGINT ${db}.numbers.big`,
        `information COLUMN_NOT_TIME_OF_DAY ${db}.numbers.span`,
      ].sort(bySeverity),
    );
  });

  it('that keep no rows of their own are refused, and excluded by the cure', async () => {
    await onSource(
      server,
      'CREATE DATABASE holes',
      'CREATE TABLE holes.hole (id int PRIMARY KEY) ENGINE=BLACKHOLE',
      'CREATE TABLE holes.whole (id int PRIMARY KEY)',
    );
    const report = await checked(config({ database: 'holes' }), 'quick');
    expect(brief(report, 'TABLE_')).toEqual(['blocker TABLE_ENGINE holes.hole']);
    const more = report.findings.find(({ code }) => code === 'TABLE_ENGINE')?.cure.join('\n') ?? '';
    expect(brief(await checked(config({ database: 'holes', more }), 'quick'), 'TABLE_')).toEqual([]);
  });

  it('are read only where the whole of it was asked for', async () => {
    const report = await checked(config({ database: 'tables-db', more: rules }), 'quick');
    expect(brief(report, 'COLUMN_ZERO')).toEqual([]);
    expect(brief(report, 'TABLE_NO_KEY')).toHaveLength(1);
  });

  it('have cures that cure: statements on the source, lines in the configuration', async () => {
    const more = `tables:
  exclude: ["texts"]
  rules: { dates: { zeroDate: { ruled: 1970-01-01, must: "null", at: "-infinity" } } }
`;
    const before = await checked(config({ database: 'tables-db', more }));
    expect(brief(before, 'COLUMN_ZERO').filter((line) => line.startsWith('blocker'))).toEqual([]);
    for (const { code, cure } of before.findings)
      if (code.startsWith('TABLE_')) await onSource(server, 'USE `tables-db`', ...cure);
    expect(brief(await checked(config({ database: 'tables-db', more })), 'TABLE_')).toEqual([]);
  });

  it('that no pattern matches are told, and rules for what is not there, each with what was meant', async () => {
    const more = `tables: { include: ["dates", "txets"], rules: { date: { nul: { a: strip } }, dates: { zeroDate: { mist: "null" } } } }`;
    const report = await checked(config({ database: 'tables-db', more }), 'quick');
    expect(report.tables).toBe(1);
    expect(report.findings.filter(({ object }) => object === 'configuration').map(({ message }) => message)).toEqual([
      'tables: the pattern "txets" matches no table, did you mean "texts"?',
      'tables.rules.dates: there is no column "mist", did you mean "must"?',
      'tables.rules: there is no table "date", did you mean "dates"?',
    ]);
    const none = await checked(config({ database: 'tables-db', more: 'tables: { include: ["nothing"] }' }), 'quick');
    expect(brief(none, 'NO_')).toEqual(['blocker NO_TABLE_INCLUDED source']);
  });
});

function bySeverity(a: string, b: string): number {
  const order = ['blocker', 'warning', 'information'];
  return order.indexOf(a.split(' ')[0] ?? '') - order.indexOf(b.split(' ')[0] ?? '');
}
