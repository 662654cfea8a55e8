import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SluiceError } from '../../src/contract/error.ts';
import { MysqlFence } from '../../src/cutover/fence/mysql-fence.ts';
import type { MysqlFenceRecord, MysqlFenceSettings } from '../../src/cutover/fence/mysql-record.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import { type FencedSource, fencedSource, type Kind } from './fenced-source.ts';
import { openXa } from './open-xa.ts';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));

/** What the fence of MySQL and of MariaDB promises alike; each on a server of its own. */
export function fenceContract(kind: Kind): () => FencedSource {
  let source: FencedSource;
  let record: MysqlFenceRecord | null = null;

  beforeAll(async () => {
    source = await fencedSource(kind);
  });
  afterEach(async () => {
    if (record !== null) await new MysqlFence(source.settings()).lift(record);
    record = null;
  });
  afterAll(() => source[Symbol.asyncDispose]());

  const plan = async (change?: Partial<MysqlFenceSettings>) => {
    const fence = new MysqlFence(source.settings(change));
    record = JSON.parse(JSON.stringify(await fence.plan())) as MysqlFenceRecord;
    return { fence, record };
  };
  const rows = async () => {
    const connection = await source.session('fence');
    return (await connection.rows('SELECT who FROM shop.t ORDER BY id')).map(({ who }) => who);
  };

  test('a transaction opened before the fence never commits after it, nor does anyone come in', async () => {
    const app = await source.session('app');
    await app.run('BEGIN');
    await app.run("INSERT INTO shop.t (who) VALUES ('late')");
    const { fence, record } = await plan();
    await fence.set(record);
    await expect(app.run('COMMIT')).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
    await expect(source.session('app')).rejects.toMatchObject({ code: 'SOURCE_ACCESS_DENIED' });
    expect(await rows()).not.toContain('late');
    expect(await fence.proveHolds(record)).toMatchObject({ holds: true, gaps: [] });
  });

  test('logins that are refused in the very moment of a look are no gap of the fence', async () => {
    const { fence, record } = await plan();
    await fence.set(record);
    let isOver = false;
    let refusals = 0;
    const knock = async () => {
      while (!isOver) {
        await expect(source.session('app')).rejects.toMatchObject({ code: 'SOURCE_ACCESS_DENIED' });
        refusals++;
      }
    };
    const knocking = Promise.all([knock(), knock(), knock()]);
    const looks = [];
    while (looks.length < 40 || refusals <= 40) looks.push(await fence.isSet(record));
    isOver = true;
    await knocking;
    expect(looks.filter(({ isSet }) => !isSet)).toEqual([]);
  });

  test('what is done behind the fence waits for no login, and neither does the lift', async () => {
    const { fence, record } = await plan();
    const before = await source.state();
    await fence.ready();
    const helper = await source.session('fence');
    await helper.run("ALTER USER fence@'%' ACCOUNT LOCK");
    try {
      await fence.set(record);
      expect(await fence.isSet(record)).toEqual({ isSet: true, gaps: [] });
      await fence.lift(record);
    } finally {
      await helper.run("ALTER USER fence@'%' ACCOUNT UNLOCK");
    }
    expect(await source.state()).toEqual(before);
  });

  test('a writer with every right, in a session of its own, is refused as well', async () => {
    const rogue = await source.session('super');
    await rogue.run('BEGIN');
    await rogue.run("INSERT INTO shop.t (who) VALUES ('rogue')");
    const { fence, record } = await plan();
    await fence.set(record);
    await expect(rogue.run('COMMIT')).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
    await expect(source.session('super')).rejects.toMatchObject({ code: 'SOURCE_ACCESS_DENIED' });
    expect(await rows()).not.toContain('rogue');
  });

  test('EVENTs stop, the one that is running too, and start again after the lift', async () => {
    await source.run('SET GLOBAL event_scheduler = ON');
    await source.run(
      "CREATE DEFINER=super@'%' EVENT shop.tick ON SCHEDULE EVERY 1 SECOND DO BEGIN INSERT INTO shop.t (who) VALUES ('event'); DO SLEEP(600); INSERT INTO shop.t (who) VALUES ('slept'); END",
    );
    await expect.poll(rows).toContain('event');
    const { fence, record } = await plan();
    expect((await fence.stillRuns()).filter(({ kind }) => kind === 'event')).toMatchObject([{ who: 'shop.tick' }]);
    await fence.set(record);
    const held = await rows();
    expect(held).not.toContain('slept');
    const connection = await source.session('fence');
    const sessions = await connection.rows('SHOW PROCESSLIST');
    expect(sessions.filter(({ User }) => User === 'super' || User === 'event_scheduler')).toEqual([]);
    await fence.lift(record);
    await expect.poll(async () => (await rows()).length).toBeGreaterThan(held.length);
    await source.run('SET GLOBAL event_scheduler = OFF', 'DROP EVENT shop.tick');
    await fence.set(record);
  });

  test('a prepared XA transaction is refused by its name, and one that is not yet prepared never can be', async () => {
    const [first, second] = [await source.session('app'), await source.session('app')];
    await openXa(first, "X'01ff',X'02',7");
    await openXa(second, "'open'");
    await first.run("XA PREPARE X'01ff',X'02',7");
    const { fence, record } = await plan();
    const found = (await fence.check()).find(({ code }) => code === 'FENCE_XA_PREPARED');
    expect(found).toMatchObject({
      severity: 'blocker',
      cure: [expect.stringMatching(/^XA COMMIT X'01ff',X'02',7$/), expect.any(String)],
    });
    await expect(fence.set(record)).rejects.toMatchObject({
      code: 'FENCE_XA_PREPARED',
      message: expect.stringContaining("XA ROLLBACK X'01ff',X'02',7"),
    });
    await fence.lift(record);
    first.destroy();
    await source.run("XA ROLLBACK X'01ff',X'02',7");
    await fence.set(record);
    await expect(second.run("XA PREPARE 'open'")).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
    expect(await rows()).not.toContain("'open'");
  });

  test('LOCK TABLES of an application are ended with its session; of one that is kept they end the wait, with its name', async () => {
    const app = await source.session('app');
    await app.run('LOCK TABLES shop.t WRITE');
    const { fence, record } = await plan();
    await fence.set(record);
    await fence.lift(record);
    const before = await source.state();
    const ops = await source.session('ops');
    await ops.run('LOCK TABLES shop.t WRITE');
    const kept = await plan({ keep: ['ops'], limitMs: 3_000 });
    const error = await kept.fence.set(kept.record).catch((e: SluiceError) => e);
    expect(error).toMatchObject({ code: 'FENCE_BLOCKED', message: expect.stringMatching(/of ops@/) });
    await kept.fence.lift(kept.record);
    expect(await source.state()).toEqual(before);
    await ops.run("INSERT INTO shop.t (who) VALUES ('ops')");
    await ops.run('UNLOCK TABLES');
  });

  test('a fence that somebody else lifts is noticed, and so is an account that was opened', async () => {
    const { fence, record } = await plan();
    await fence.set(record);
    const variable = kind === 'mysql' ? 'super_read_only' : 'read_only';
    await source.run(`SET GLOBAL ${variable} = OFF`, 'SET GLOBAL read_only = OFF');
    expect(await fence.isSet(record)).toEqual({ isSet: false, gaps: [`${variable} is OFF`] });
    const proof = await fence.proveHolds(record);
    expect(proof.holds).toBe(false);
    expect(proof.tries.map(({ outcome }) => outcome)).toContain('passed');
    await source.run("ALTER USER app@'%' ACCOUNT UNLOCK");
    const app = await source.session('app');
    expect((await fence.isSet(record)).gaps).toEqual([
      expect.stringContaining(variable),
      "'app'@'%' can log in",
      expect.stringContaining(`session ${app.threadId} of app@`),
    ]);
    await fence.set(record);
    expect(await fence.proveHolds(record)).toMatchObject({ holds: true });
  });

  test('what was locked or read-only before the fence is so after it, to the last setting', async () => {
    const before = await source.state();
    const { fence, record } = await plan();
    expect(
      fence
        .describe(record)
        .set.flatMap(({ statements }) => statements)
        .join('\n'),
    ).not.toContain('parked');
    await fence.set(record);
    await fence.set(record);
    expect(await source.state()).not.toEqual(before);
    await fence.lift(record);
    await fence.lift(record);
    expect(await source.state()).toEqual(before);
  });

  test('loosened, our sink writes and nobody else does', async () => {
    const { fence, record } = await plan();
    await fence.set(record);
    await fence.loosen(record);
    await source.run("INSERT INTO shop.t (who) VALUES ('reverse')");
    await expect((await source.session('capture')).run('DELETE FROM sluice.heartbeat')).rejects.toMatchObject({
      code: 'SOURCE_READ_ONLY',
    });
    expect(await fence.isSet(record, 'loose')).toMatchObject({ isSet: true });
    expect(await fence.proveHolds(record, 'loose')).toMatchObject({ holds: true });
  });

  test('killed with -9 before any statement that changes something, set and lift run again to their end', async () => {
    const before = await source.state();
    const { fence, record } = await plan();
    let kills = 0;
    for (const act of ['set', 'lift'] as const) {
      for (let n = 1; (await child(act, source.settings(), record, n)) === 'SIGKILL'; n++, kills++) {
        if (act === 'lift') {
          await fence.lift(record);
          expect(await source.state()).toEqual(before);
        }
        await fence.set(record);
        expect(await fence.isSet(record)).toMatchObject({ isSet: true });
        if (act === 'lift') continue;
        await fence.lift(record);
        expect(await source.state()).toEqual(before);
      }
    }
    expect(kills).toBeGreaterThan(8);
    await fence.lift(record);
    expect(await source.state()).toEqual(before);
  });

  test('check names every right that is missing with the statement that gives it, and those suffice', async () => {
    await source.run("CREATE USER poor@'%' IDENTIFIED BY 'x'");
    const settings = { login: source.login('poor'), keep: ['root', 'super', 'fence'] };
    const fence = new MysqlFence(source.settings(settings));
    for (const finding of await fence.check()) {
      expect(finding).toMatchObject({ code: 'FENCE_RIGHT_MISSING' });
      await source.run(...finding.cure);
    }
    expect((await fence.check()).filter(({ severity }) => severity === 'blocker')).toEqual([]);
    const planned = await plan(settings);
    await fence.set(planned.record);
    expect(await fence.proveHolds(planned.record)).toMatchObject({ holds: true });
    await fence.lift(planned.record);
    await source.run('DROP USER poor');
  });

  test('where nothing but accounts can be locked, they are the fence, and a routine of the cloud ends sessions', async () => {
    await source.run("CREATE USER cloud@'%' IDENTIFIED BY 'x'");
    const settings: Partial<MysqlFenceSettings> = {
      login: source.login('cloud'),
      way: 'accounts',
      keep: ['root', 'super', 'fence'],
      tryAs: [{ name: 'application', login: source.login('app') }],
    };
    const fence = new MysqlFence(source.settings(settings));
    await source.run('CREATE PROCEDURE mysql.rds_kill(IN thread BIGINT) SQL SECURITY DEFINER KILL thread');
    await source.run("GRANT EXECUTE ON PROCEDURE mysql.rds_kill TO cloud@'%'");
    for (const { cure } of await fence.check()) await source.run(...cure);
    expect((await fence.check()).filter(({ severity }) => severity === 'blocker')).toEqual([]);
    const app = await source.session('app');
    await app.run('BEGIN');
    await app.run("INSERT INTO shop.t (who) VALUES ('cloud')");
    const planned = await plan(settings);
    await fence.set(planned.record);
    await expect(app.run('COMMIT')).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
    expect(await fence.proveHolds(planned.record)).toMatchObject({ holds: true, tries: [{ what: 'log in' }] });
    await source.run("ALTER USER app@'%' ACCOUNT UNLOCK");
    expect(await fence.proveHolds(planned.record)).toMatchObject({ holds: false });
    await fence.lift(planned.record);
    await source.run('DROP USER cloud', 'DROP PROCEDURE mysql.rds_kill');
    expect(await rows()).not.toContain('cloud');
  });

  test('where no login of the application is known, an account of our own is closed out with the others and tried', async () => {
    const before = await source.state();
    const planned = await plan({ way: 'accounts' });
    // The capture account stays open there, so its write would prove nothing.
    const { canary } = planned.record;
    expect(canary).toMatch(/^sluice_try_/);
    await planned.fence.set(planned.record);
    // Another pipeline on the same server has one of its own.
    const other = new MysqlFence(source.settings({ way: 'accounts', pipeline: 'other' }));
    const others = await other.plan();
    await other.set(others);
    await other.lift(others);
    const proof = await planned.fence.proveHolds(planned.record);
    expect(proof).toMatchObject({ holds: true, tries: [{ as: canary, what: 'log in', outcome: 'refused' }] });
    await source.run(`ALTER USER ${canary}@'%' ACCOUNT UNLOCK`);
    expect(await planned.fence.proveHolds(planned.record)).toMatchObject({ holds: false });
    await planned.fence.lift(planned.record);
    expect(await source.state()).toEqual(before);
  });

  test('EVENTs that no right of ours stops are a blocker where accounts are the fence', async () => {
    await source.run('SET GLOBAL event_scheduler = ON', 'CREATE EVENT shop.tick ON SCHEDULE EVERY 1 HOUR DO DO 1');
    const fence = new MysqlFence(source.settings({ way: 'accounts' }));
    const found = await fence.check();
    await source.run('SET GLOBAL event_scheduler = OFF', 'DROP EVENT shop.tick');
    expect(found).toContainEqual(expect.objectContaining({ code: 'FENCE_EVENTS', severity: 'blocker' }));
  });

  test('a server that is itself a replica is refused: what its primary sends is written in spite of any fence', async () => {
    const [set, start, stop] =
      kind === 'mysql'
        ? [
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1",
            'START REPLICA SQL_THREAD',
            'STOP REPLICA',
          ]
        : ["CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1", 'START SLAVE SQL_THREAD', 'STOP SLAVE'];
    await source.run(set, start);
    const fence = new MysqlFence(source.settings());
    expect(await fence.check()).toContainEqual(expect.objectContaining({ code: 'FENCE_REPLICA', severity: 'blocker' }));
    expect(await fence.stillRuns()).toContainEqual(expect.objectContaining({ kind: 'replication' }));
    await source.run(stop, kind === 'mysql' ? 'RESET REPLICA ALL' : 'RESET SLAVE ALL');
    expect((await fence.check()).filter(({ severity }) => severity === 'blocker')).toEqual([]);
  });

  test('a server that falls silent ends the step with an error, not the wait for it', async () => {
    const proxy = await FaultProxy.start({ host: '127.0.0.1', port: source.server.port });
    const login = { ...source.login('fence'), port: proxy.port };
    const fence = new MysqlFence(source.settings({ login, limitMs: 300 }));
    proxy.stall();
    await expect(fence.plan()).rejects.toMatchObject({ code: 'FENCE_TIMEOUT' });
    proxy.heal();
    await proxy.close();
  });

  test('a record of another server is refused, whatever it asks for', async () => {
    const { fence, record } = await plan();
    const other = { ...record, server: 'another' };
    for (const act of [() => fence.set(other), () => fence.lift(other), () => fence.isSet(other)])
      await expect(act()).rejects.toMatchObject({ code: 'FENCE_OTHER_SERVER' });
  });

  return () => source;
}

async function child(
  act: 'set' | 'lift',
  settings: MysqlFenceSettings,
  record: MysqlFenceRecord,
  before: number,
): Promise<'SIGKILL' | 'done'> {
  const given = [CHILD, act, JSON.stringify(settings), JSON.stringify(record), String(before)];
  const [code, signal] = await once(spawn(process.execPath, given, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
  if (signal !== 'SIGKILL') expect(code).toBe(0);
  return signal === 'SIGKILL' ? 'SIGKILL' : 'done';
}
