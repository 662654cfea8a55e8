import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import { SluiceError } from '../../src/contract/error.ts';
import type { Position } from '../../src/contract/position.ts';
import { coordinateOf, hasReached, parsePosition } from '../../src/position/position.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { failureOf } from './failure.ts';
import { reached, Source, story, upTo } from './source.ts';

/** What a reader does when link, server or source fail it, on every server. */
export function faultContract(server: RunningServer): void {
  let source: Source;

  beforeAll(async () => {
    source = await Source.open(server);
  });
  afterAll(() => source?.close());
  beforeEach(() => source.reset());

  test('an idle source says so by heartbeats, in whichever file its binlog stands', async () => {
    await source.run('FLUSH BINARY LOGS', "INSERT INTO a VALUES (1, 'x', 1)", 'FLUSH BINARY LOGS');
    const head = await source.head();
    for await (const batch of source.batches({ from: head, heartbeatMs: 100 })) {
      const idle = batch.find((change) => change.tag === 'idle' && hasReached(change.position, coordinateOf(head)));
      if (idle?.tag === 'idle') return expect(Math.abs(Date.now() - idle.seenAtMs)).toBeLessThan(1000);
    }
  });

  test('a start without a position begins at the end and tells it at once', async () => {
    await source.run("INSERT INTO a VALUES (1, 'before', 1)");
    const head = await source.head();
    for await (const batch of source.batches({ from: null, heartbeatMs: 60_000 })) {
      expect(batch[0]).toMatchObject({ tag: 'idle', position: { text: expect.any(String) } });
      expect(batch[0]?.tag === 'idle' && hasReached(batch[0].position, coordinateOf(head))).toBe(true);
      return;
    }
  });

  test('a link that goes silent ends within some heartbeat periods (INV-15)', async () => {
    await using proxy = await FaultProxy.start(server);
    const batches = source.batches({ from: await source.head(), settings: through(source, proxy), heartbeatMs: 200 });
    await batches.next();
    proxy.stall();
    const startedMs = performance.now();
    expect(await failureOf(batches)).toMatchObject({ code: 'SOURCE_LINK_SILENT', disposition: 'retry' });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  test.each(['cut', 'reset'] as const)('a link that is %s ends in an error to be tried again', async (fault) => {
    await using proxy = await FaultProxy.start(server);
    const batches = source.batches({ from: await source.head(), settings: through(source, proxy), heartbeatMs: 200 });
    await batches.next();
    proxy[fault]();
    expect(await failureOf(batches)).toMatchObject({ code: 'SOURCE_CONNECTION_LOST', disposition: 'retry' });
  });

  test('links broken at any byte, each resumed at its last commit, give what one whole link gives (INV-11)', async () => {
    const from = await source.head();
    for (let i = 0; i < 300; i++) {
      await source.run(
        `BEGIN; INSERT INTO a VALUES (${i}, 'v', ${i}); UPDATE a SET n = n + 1 WHERE id = ${i >> 1}; COMMIT`,
      );
    }
    const until = await source.head();
    const whole = upTo(await source.read({ from, until }), until);
    await using proxy = await FaultProxy.start(server);
    const parts: Change[] = [];
    let position = from;
    // Not by how many changes came: each link tells of idle moments of its own.
    for (let broken = 0; !hasReached(position, coordinateOf(until)); broken++) {
      const afterBytes = 3_000 + Math.floor(Math.random() * 40_000);
      const part = await brokenRead(source, proxy, { from: position, until, afterBytes });
      const last = reached(part, position);
      parts.push(...upTo(part, last));
      position = parsePosition(from.server, last.text);
      expect(broken).toBeLessThan(500);
    }
    expect(story(parts)).toEqual(story(whole));
  });

  test('a transaction larger than memory should hold flows, and a slow consumer pauses the socket (INV-13)', async () => {
    await source.run("INSERT INTO a VALUES (1, 'the quick brown fox jumps over it', 1)");
    for (let rows = 1; rows < 2 ** 17; rows *= 2) await source.run(`INSERT INTO a SELECT id + ${rows}, v, n FROM a`);
    const from = await source.head();
    await source.run('BEGIN; UPDATE a SET n = 2; UPDATE a SET n = 3; UPDATE a SET n = 4; COMMIT');
    const usedAtFirst = usedBytes();
    let rows = 0;
    let batches = 0;
    for await (const batch of source.batches({ from })) {
      rows += batch.filter((change) => change.tag === 'row').length;
      if (batches === 3) await sleep(300);
      if (batches++ % 10 === 3) expect(usedBytes() - usedAtFirst).toBeLessThan(24 * 2 ** 20);
      if (rows > 0 && batch.some((change) => change.tag === 'commit')) break;
    }
    expect(rows).toBe(3 * 2 ** 17);
    expect(batches).toBeGreaterThan(20);
  });

  test('a wrong password, no server and missing rights are told apart', async () => {
    const from = await source.head();
    const { settings } = source;
    const attempt = (options: Partial<typeof settings>) =>
      failureOf(source.batches({ from, settings: { ...settings, timeoutMs: 20_000, ...options } }));
    expect(await attempt({ password: 'wrong' })).toMatchObject({ code: 'SOURCE_ACCESS_DENIED', disposition: 'stop' });
    expect(await attempt({ port: 1 })).toMatchObject({ code: 'SOURCE_UNREACHABLE', disposition: 'retry' });
    const user = `u${source.database.slice(-8)}`;
    await source.run(`CREATE USER ${user}@'%' IDENTIFIED BY 'p'; GRANT REPLICATION CLIENT ON *.* TO ${user}@'%'`);
    const denied = await attempt({ user, password: 'p' });
    await source.run(`DROP USER ${user}@'%'`);
    expect(denied).toMatchObject({ code: 'SOURCE_PRIVILEGE_MISSING', disposition: 'stop' });
  });

  test('a second reader with the same identity ends the first', async () => {
    const identity = { serverId: 77_001, readerUuid: '11111111-2222-4333-8444-555555555555', heartbeatMs: 200 };
    const from = await source.head();
    const first = source.batches({ from, ...identity });
    await first.next();
    const failure = failureOf(first);
    const second = source.batches({ from, ...identity });
    await second.next();
    expect(await failure).toMatchObject({ code: 'SOURCE_BINLOG_UNREADABLE', disposition: 'retry' });
    await second.return(undefined);
  });

  test('a signal ends the reader, and its session at the server', async () => {
    const abort = new AbortController();
    const batches = source.batches({ from: await source.head(), heartbeatMs: 100, signal: abort.signal });
    await batches.next();
    abort.abort();
    for await (const _ of batches);
    const dumps = () => source.session.rows('SHOW PROCESSLIST').then((rows) => rows.filter(isDump(source)).length);
    for (let tries = 0; (await dumps()) > 0 && tries < 100; tries++) await sleep(20);
    expect(await dumps()).toBe(0);
  });

  test('rows whose foreign key actions the source left out of its binlog are marked', async () => {
    await source.run('CREATE TABLE child (p int, FOREIGN KEY (p) REFERENCES a (id) ON DELETE CASCADE)');
    const from = await source.head();
    await source.run(
      "INSERT INTO a VALUES (1, 'x', 1), (2, 'y', 1); INSERT INTO child VALUES (1), (2)",
      'DELETE FROM a WHERE id = 1',
      'SET foreign_key_checks = 0; DELETE FROM a WHERE id = 2; SET foreign_key_checks = 1',
    );
    const changes = await source.read({ from });
    const deletes = changes.filter((change) => change.tag === 'row' && change.op === 'd' && change.table.table === 'a');
    const isLogged = source.session.server.isCascadeLogged;
    expect(deletes.map((change) => change.tag === 'row' && change.cascades)).toEqual([!isLogged, false]);
    const table = deletes[0]?.tag === 'row' ? deletes[0].table : undefined;
    expect(table?.cascades).toMatchObject([{ childTable: 'child', childColumns: ['p'], onDelete: 'cascade' }]);
  });

  test('a table or column may have any name', async () => {
    const name = 'a "b`.c\' D ä €';
    const quoted = `\`${name.replaceAll('`', '``')}\``;
    const from = await source.head();
    await source.run(`CREATE TABLE ${quoted} (${quoted} int PRIMARY KEY, ${`\`${'€'.repeat(64)}\``} int)`);
    await source.run(`INSERT INTO ${quoted} VALUES (1, 2)`, `TRUNCATE ${quoted}`);
    expect(story(await source.read({ from })).filter((line) => line !== 'begin' && line !== 'commit')).toEqual([
      `schema ${name} none new`,
      `c ${name} (${name}=1 ${'€'.repeat(64)}=2) key 02`,
      `truncate ${name}`,
    ]);
  });

  test('XA transactions past the limit end the reader with advice', async () => {
    const from = await source.head();
    await source.xa('big', 1);
    const failure = await failureOf(source.batches({ from, preparedLimitBytes: 5 }));
    await source.decide('ROLLBACK', 'big');
    expect(failure).toMatchObject({ code: 'SOURCE_XA_TOO_LARGE', disposition: 'stop' });
  });

  test('a reader that starts while XA transactions are prepared waits, one that meets their commit reads anew', async () => {
    const before = await source.head();
    await source.xa('early', 1);
    expect(await failureOf(source.batches({ from: null }))).toMatchObject({ code: 'SOURCE_XA_PREPARED' });
    const after = reached(await source.read({ from: before }), before);
    const forgetful = parsePosition(before.server, after.text.replace(/ ~.*/, ''));
    await source.decide('COMMIT', 'early');
    const failure = await failureOf(source.batches({ from: forgetful }));
    expect(failure).toMatchObject({ code: 'SOURCE_XA_UNKNOWN', disposition: 'resync' });
  });
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function usedBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function through(source: Source, proxy: FaultProxy): Source['settings'] {
  return { ...source.settings, port: proxy.port };
}

function isDump(source: Source): (row: Readonly<Record<string, string | null>>) => boolean {
  const name = source.session.server.kind === 'mysql' ? 'Binlog Dump GTID' : 'Binlog Dump';
  return (row) => row['Command'] === name && row['User'] === 'root' && row['db'] === source.database;
}

interface BrokenRead {
  readonly from: Position;
  readonly until: Position;
  readonly afterBytes: number;
}

/** What came before the link broke. */
async function brokenRead(
  source: Source,
  proxy: FaultProxy,
  { from, until, afterBytes }: BrokenRead,
): Promise<Change[]> {
  const changes: Change[] = [];
  proxy.resetAfter(afterBytes);
  try {
    for await (const batch of source.batches({ from, settings: through(source, proxy) })) {
      changes.push(...batch);
      if (batch.some((change) => change.tag === 'commit' && hasReached(change.position, coordinateOf(until)))) break;
    }
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toMatchObject({ disposition: 'retry' });
  }
  return changes;
}
