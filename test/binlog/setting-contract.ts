import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MariadbPosition } from '../../src/position/mariadb.ts';
import type { MysqlPosition } from '../../src/position/mysql.ts';
import { coordinateOf, parsePosition } from '../../src/position/position.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { failureOf } from './failure.ts';
import { reached, Source, story } from './source.ts';

/** How a reader meets a source whose settings or history are not what it needs. */
export function settingContract(server: RunningServer): void {
  let source: Source;

  beforeAll(async () => {
    source = await Source.open(server);
  });
  afterAll(() => source?.close());
  beforeEach(() => source.reset());

  test('rows without all of their columns are refused', async () => {
    await source.run("INSERT INTO a VALUES (1, 'x', 1)");
    const from = await source.head();
    await source.run("SET binlog_row_image = 'MINIMAL'; UPDATE a SET n = 2; SET binlog_row_image = 'FULL'");
    const failure = await failureOf(source.batches({ from }));
    expect(failure).toMatchObject({ code: 'SOURCE_ROW_IMAGE', disposition: 'stop' });
  });

  test('rows of tables without column names are refused', async () => {
    const from = await source.head();
    await source.run("SET GLOBAL binlog_row_metadata = 'MINIMAL'", "INSERT INTO a VALUES (1, 'x', 1)");
    await source.run("SET GLOBAL binlog_row_metadata = 'FULL'");
    const failure = await failureOf(source.batches({ from }));
    expect(failure).toMatchObject({ code: 'SOURCE_ROW_METADATA', disposition: 'stop' });
  });

  test('a statement in the place of its rows is refused, whatever database it names or runs in', async () => {
    const other = `${source.database}_other`;
    const { database } = source;
    await source.run(
      `CREATE DATABASE ${other}; CREATE TABLE ${other}.t (id int)`,
      `CREATE TRIGGER ${other}.fires AFTER INSERT ON ${other}.t FOR EACH ROW UPDATE ${database}.a SET n = n + 1`,
      `CREATE VIEW ${other}.v AS SELECT * FROM ${database}.a`,
      `CREATE FUNCTION ${other}.f() RETURNS int DETERMINISTIC MODIFIES SQL DATA
        BEGIN UPDATE ${database}.a SET n = n + 1; RETURN 1; END`,
      "INSERT INTO a VALUES (1, 'row', 1)",
    );
    const statements = [
      "UPDATE a SET v = 'statement'",
      `INSERT INTO ${other}.t VALUES (1)`,
      `USE ${other}; UPDATE v SET v = 'view'; USE ${database}`,
      `SELECT ${other}.f()`,
      `USE ${other}; UPDATE ${database}.a SET v = 'across'; USE ${database}`,
      ...(server.kind === 'mariadb' ? [`SET STATEMENT max_statement_time = 9 FOR UPDATE a SET v = 's'`] : []),
      ...(server.kind === 'mariadb' ? ["ANALYZE UPDATE a SET v = 't'"] : []),
    ];
    for (const statement of statements) {
      const from = await source.head();
      await source.run(`SET binlog_format = 'STATEMENT'; ${statement}; SET binlog_format = 'ROW'`);
      const failure = await failureOf(source.batches({ from }));
      expect(failure, statement).toMatchObject({ code: 'SOURCE_STATEMENT_LOGGED', disposition: 'stop' });
    }
    await source.run(`DROP DATABASE ${other}`);
  });

  test('a MEMORY table that a restart of the source emptied is emptied by the stream', async () => {
    await source.run('CREATE TABLE m (id int PRIMARY KEY) ENGINE = MEMORY; INSERT INTO m VALUES (1)');
    const from = await source.head();
    await source.writer.end();
    await source.session.close();
    await server.restart();
    await source.reconnect();
    await source.run('SELECT * FROM m');
    expect(story(await source.read({ from }))).toEqual(['begin', 'truncate m', 'commit']);
  });

  test('compressed transactions are read like others', async () => {
    const from = await source.head();
    const [on, off] =
      server.kind === 'mysql'
        ? ['SET binlog_transaction_compression = ON', 'SET binlog_transaction_compression = OFF']
        : [
            'SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10',
            'SET GLOBAL log_bin_compress = OFF',
          ];
    const text = 'x'.repeat(40);
    await source.run(on, `BEGIN; INSERT INTO a VALUES (1, '${text}', 1); UPDATE a SET n = 2; DELETE FROM a; COMMIT`);
    await source.run(`CREATE TABLE many (id int PRIMARY KEY, v varchar(40)); INSERT INTO many VALUES (1, '${text}')`);
    for (let rows = 1; rows < 2 ** 14; rows *= 2) await source.run(`INSERT INTO many SELECT id + ${rows}, v FROM many`);
    await source.run(off);
    const lines = story(await source.read({ from }));
    expect(lines.slice(0, 5)).toEqual([
      'begin',
      `c a (id=1 v=${text} n=1) key 02`,
      `u a (id=1 v=${text} n=1) -> (id=1 v=${text} n=2) key 02`,
      `d a (id=1 v=${text} n=2) key 02`,
      'commit',
    ]);
    expect(lines.filter((line) => line.startsWith('c many'))).toHaveLength(2 ** 14);
  });

  test('tables without transactions are read statement by statement, and a dropped database drops its tables', async () => {
    const from = await source.head();
    await source.run(
      'CREATE TABLE m (id int PRIMARY KEY) ENGINE = MyISAM',
      'BEGIN; INSERT INTO m VALUES (1); ROLLBACK',
    );
    if (server.kind === 'mariadb') {
      await source.run("BEGIN; INSERT INTO a VALUES (1, 'gone', 1); INSERT INTO m VALUES (2)");
      await source.run(
        "SAVEPOINT s; INSERT INTO a VALUES (2, 'gone', 1); INSERT INTO m VALUES (3); ROLLBACK TO s; ROLLBACK",
      );
    }
    await source.run(`DROP DATABASE ${source.database}; CREATE DATABASE ${source.database}; USE ${source.database}`);
    const lines = story(await source.read({ from })).filter((line) => line !== 'begin' && line !== 'commit');
    const rows = server.kind === 'mariadb' ? [1, 2, 3] : [1];
    expect(lines).toEqual([
      expect.stringMatching(/^schema m none/),
      ...rows.map((id) => `c m (id=${id}) key 0${id * 2}`),
      'schema m old none',
    ]);
  });

  test('a position of the same history at another server continues there, with coordinates of that server', async () => {
    const from = await source.head();
    const [, rest = ''] = from.text.split(/ (.*)/);
    const elsewhere = parsePosition(from.server, `00000000-0000-0000-0000-000000000000 ${rest}`);
    await source.run("INSERT INTO a VALUES (1, 'x', 1)");
    const changes = await source.read({ from: elsewhere });
    expect(story(changes)).toEqual(['begin', 'c a (id=1 v=x n=1) key 02', 'commit']);
    expect(coordinateOf(reached(changes, from)).serverId).toBe(source.session.server.id);
  });

  test('a position ahead of the source waits for it, one of another history is refused', async () => {
    const from = await source.head();
    const { coordinate } = parsePosition(from.server, from.text) as MysqlPosition | MariadbPosition;
    const attempt = (text: string) => failureOf(source.batches({ from: parsePosition(from.server, text) }));
    const uuid = source.session.server.id;
    const at = `${uuid} ${coordinate.file}:${coordinate.offset}`;
    const [ahead, other] =
      server.kind === 'mysql'
        ? [`${at} ${uuid}:1-999999`, `${at} ${uuid}:1-2,${OTHER}:1-5`]
        : [`${at} 0-1-999999`, `${at} 99-9-5`];
    expect(await attempt(ahead ?? '')).toMatchObject({ code: 'SOURCE_BEHIND', disposition: 'retry' });
    expect(await attempt(other ?? '')).toMatchObject({ code: 'SOURCE_HISTORY_DIFFERS', disposition: 'resync' });
    const kinds =
      server.kind === 'mysql' ? parsePosition('mariadb', '1 b.1:4 0-1-1') : parsePosition('mysql', `${uuid} b.1:4 -`);
    expect(await failureOf(source.batches({ from: kinds }))).toMatchObject({ code: 'SOURCE_HISTORY_DIFFERS' });
  });

  test('a position whose binlogs were deleted needs everything anew', async () => {
    const from = await source.head();
    await source.run("INSERT INTO a VALUES (1, 'x', 1)", 'FLUSH BINARY LOGS', "INSERT INTO a VALUES (2, 'x', 1)");
    const later = await source.head();
    await purge(source, coordinateOf(later).file);
    const failure = await failureOf(source.batches({ from }));
    expect(failure).toMatchObject({ code: 'SOURCE_POSITION_PURGED', disposition: 'resync' });
    await source.run("INSERT INTO a VALUES (3, 'x', 1)");
    expect(story(await source.read({ from: later }))).toEqual(['begin', 'c a (id=3 v=x n=1) key 06', 'commit']);
  });

  test('a source whose binlog was reset is another history', async () => {
    await source.run("INSERT INTO a VALUES (1, 'x', 1)");
    const from = await source.head();
    await source.run(server.kind === 'mysql' ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER');
    const failure = await failureOf(source.batches({ from }));
    expect(failure).toMatchObject({ code: 'SOURCE_HISTORY_DIFFERS', disposition: 'resync' });
  });

  test.each([
    ['as long', 0],
    ['longer', 2],
  ])('a source whose binlog was reset is another history, also when the new one is %s', async (_, files) => {
    for (let id = 1; id < 6; id++) await source.run(`INSERT INTO a VALUES (${id}, 'x', 1)`);
    const from = await source.head();
    await source.run(server.kind === 'mysql' ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER');
    for (let file = 0; file < files; file++) await source.run('FLUSH BINARY LOGS');
    for (let id = 10; id < 300; id++) await source.run(`INSERT INTO a VALUES (${id}, 'another', 1)`);
    const failure = await failureOf(source.batches({ from }));
    expect(failure).toMatchObject({ code: 'SOURCE_HISTORY_DIFFERS', disposition: 'resync' });
  });

  test('a source without binlog is refused with the cure', async () => {
    await using bare = await startServer(server.kind, { arguments: ['--skip-log-bin'], durable: false });
    const without = await Source.open(bare);
    const failure = await failureOf(without.batches({ from: null }));
    await without.close();
    expect(failure).toMatchObject({ code: 'SOURCE_BINLOG_OFF', disposition: 'stop' });
  });
}

/** Deletes binlogs before a file; a server keeps those that a session still reads, until it notices that it ended. */
async function purge(source: Source, file: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    await source.run(`PURGE BINARY LOGS TO '${file}'`);
    const [oldest] = await source.session.rows('SHOW BINARY LOGS');
    if (oldest?.['Log_name'] === file) return;
    await sleep(50);
  }
  throw new Error('the server keeps its binlogs');
}

const OTHER = '11111111-2222-3333-4444-555555555555';
