import { expect, test } from 'vitest';
import { wayBackActs } from '../../src/pipeline/reverse/way-back.ts';
import { pause, SHOP_RULES } from './line.ts';
import { expectBothEqual, openReverseLine, run } from './reverse-line.ts';
import { startPostgresTraffic } from './reverse-traffic.ts';
import { fillShop } from './shop.ts';
import { onTarget } from './statement.ts';

const BREAKS = 12;

test.each(['mysql', 'mariadb'] as const)(
  'links to PostgreSQL and %s that break anywhere cost a retry each',
  async (source) => {
    const made = await openReverseLine({
      source,
      log: 'embedded',
      isProxied: true,
      yaml: `tables: { rules: ${SHOP_RULES} }`,
      fill: (line) => fillShop(line, 0.05),
    });
    const { reverse, line } = made;
    try {
      await reverse.prepare();
      await reverse.dropTriggers();
      const running = made.start();
      const traffic = startPostgresTraffic(line.target.url, 1);
      for (let i = 0; i < BREAKS; i++) {
        const proxy = i % 2 === 0 ? line.proxies?.source : line.proxies?.target;
        // A little later each time, in steps that fall on every part of the conversation.
        proxy?.resetAfter(1 + i * 1_307);
        await pause(250);
        proxy?.heal();
      }
      await traffic.stop();
      await reverse.drain(running, 90_000);
      await running.stop();
      expect(await reverse.quarantined()).toEqual([]);
      await expectBothEqual(made);
    } finally {
      await made.close();
    }
  },
);

test.each([
  ['mysql', 'stall'],
  ['mysql', 'lose'],
  ['mariadb', 'stall'],
  ['mariadb', 'lose'],
] as const)(
  'a %s that hangs, or a link to it that is lost without a word (%s), is given up while the way back writes',
  async (source, fault) => {
    const faults = { left: 0, act: () => {} };
    const made = await openReverseLine({
      ...{ source, log: 'embedded', isProxied: true, yaml: '' },
      fill: async (_, connection) => {
        await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
      },
      onStep: (step) => {
        if (step === 'checkpoint-moved' && faults.left-- === 1) faults.act();
      },
    });
    const { reverse, target, line } = made;
    try {
      await reverse.prepare();
      const running = made.start();
      await run(target, 'INSERT INTO t VALUES (1, 1)');
      await reverse.drain(running, 60_000);
      const failures = () => reverse.status().lastError?.code ?? null;
      expect(failures()).toBeNull();
      faults.act = () => line.proxies?.source[fault]();
      faults.left = 1;
      await run(target, 'INSERT INTO t VALUES (2, 2); UPDATE t SET n = n + 1');
      await expect.poll(failures, { timeout: 60_000 }).toBe('SOURCE_CONNECTION_LOST');
      line.proxies?.source.heal();
      await reverse.drain(running, 60_000);
      await running.stop();
      await expectBothEqual(made);
    } finally {
      await made.close();
    }
  },
);

test('a PostgreSQL that says nothing is not asked for its lag without an end, and is asked again when it speaks', async () => {
  const made = await openReverseLine({
    ...{ source: 'mysql', log: 'embedded', isProxied: true, yaml: '' },
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
    },
  });
  const { reverse, line } = made;
  try {
    await reverse.prepare();
    const running = made.start();
    const lag = () => reverse.status().lagMs;
    await expect.poll(lag, { timeout: 60_000 }).toBe(0);
    line.proxies?.target.stall();
    await expect.poll(() => reverse.status().lastError?.stage, { timeout: 60_000 }).toBe('watch');
    line.proxies?.target.heal();
    await onTarget(line, 'INSERT INTO t VALUES (1, 1)');
    await expect.poll(lag, { timeout: 60_000 }).toBe(0);
    await reverse.drain(running, 60_000);
    await running.stop();
    expect(await made.source.rows('SELECT id FROM t')).toEqual([{ id: '1' }]);
  } finally {
    await made.close();
  }
});

test('a slot whose log the server threw away is told by name, and prepared anew only after it was given up', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    isTargetOwn: true,
    yaml: '',
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
    },
  });
  const { reverse, target } = made;
  try {
    await target.query("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    await target.query('SELECT pg_reload_conf()');
    await reverse.prepare();
    expect((await reverse.check()).map(({ code }) => code)).toEqual(['TARGET_SLOT_LIMIT']);
    await expect
      .poll(
        async () => {
          await run(
            target,
            'INSERT INTO t SELECT i, i FROM generate_series(1, 50000) i; DELETE FROM t; SELECT pg_switch_wal(); CHECKPOINT',
          );
          return (await target.query('SELECT wal_status FROM pg_replication_slots')).rows[0]?.['wal_status'];
        },
        { timeout: 60_000 },
      )
      .toBe('lost');
    await expect(reverse.start().ended).rejects.toMatchObject({ code: 'REVERSE_SLOT_LOST' });
    await expect(reverse.prepare()).rejects.toMatchObject({ code: 'REVERSE_SLOT_LOST' });
    await reverse.drop();
    await reverse.prepare();
    await reverse.canary(60_000);
  } finally {
    await made.close();
  }
});

test('whoever gives up the making of the way back does not wait for the transaction that the slot waits for', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    isTargetOwn: true,
    yaml: '',
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
    },
  });
  const { reverse, target, line } = made;
  try {
    await run(target, 'BEGIN; SELECT txid_current()');
    const given = new AbortController();
    const acts = wayBackActs(reverse, () => null);
    const proving = acts.prove(given.signal);
    proving.catch(() => {});
    const slots = async () => await onTarget(line, 'SELECT active_pid FROM pg_replication_slots');
    await expect.poll(slots, { timeout: 60_000 }).toHaveLength(1);
    given.abort(new Error('ada asked for it'));
    await expect(proving).rejects.toThrow();
    // With the transaction still open: what was begun goes away.
    await acts.drop();
    expect(await slots()).toEqual([]);
    await run(target, 'ROLLBACK');
    expect(await acts.prove(new AbortController().signal)).toBeGreaterThan(0);
  } finally {
    await made.close();
  }
});

test('through Kafka the way back has topics of its own and ends equal', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'kafka',
    yaml: '',
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int, note text)');
      await connection.run("INSERT INTO t VALUES (1, 1, 'a'), (2, 2, 'b')");
    },
  });
  const { reverse, target } = made;
  try {
    await reverse.prepare();
    await reverse.canary(60_000);
    const running = made.start();
    await run(
      target,
      "INSERT INTO t VALUES (3, 3, 'c'); UPDATE t SET id = 10 WHERE id = 1; DELETE FROM t WHERE id = 2; TRUNCATE t; INSERT INTO t VALUES (4, 4, 'd')",
    );
    await reverse.drain(running, 60_000);
    await running.stop();
    await expectBothEqual(made);
  } finally {
    await made.close();
  }
});
