import { expect, test } from 'vitest';
import { pause, SHOP_RULES } from './line.ts';
import { expectBothEqual, openReverseLine, run } from './reverse-line.ts';
import { startPostgresTraffic } from './reverse-traffic.ts';
import { fillShop } from './shop.ts';

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
    await reverse.canary(30_000);
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
