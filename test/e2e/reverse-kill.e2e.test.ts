import { describe, expect, test } from 'vitest';
import { MYSQL_SINK_STEPS } from '../../src/mysql-sink/sink.ts';
import { readTriggers } from '../../src/mysql-sink/trigger-journal.ts';
import { pause, SHOP_RULES } from './line.ts';
import { expectBothEqual, openReverseLine, run } from './reverse-line.ts';
import { drained, ended, spawnReverse, stopped } from './reverse-process.ts';
import { startPostgresTraffic } from './reverse-traffic.ts';
import { fillShop } from './shop.ts';

const RANDOM_KILLS = 4;
/** A dozen processes, one after the other. */
const LIMIT_MS = 300_000;

describe.each(['mysql', 'mariadb'] as const)('a shop on PostgreSQL, back to %s', (source) => {
  test('killed at every step of the sink and between, under traffic, the way back ends equal cell by cell', {
    timeout: LIMIT_MS,
  }, async () => {
    const made = await openReverseLine({
      source,
      log: 'embedded',
      yaml: `tables: { rules: ${SHOP_RULES} }`,
      fill: (line) => fillShop(line, 0.1),
    });
    const { reverse, line, source: mysql } = made;
    const shop = new Map([
      [line.source.name, (await mysql.rows('SHOW TABLES')).map((row) => Object.values(row)[0] ?? '')],
    ]);
    const triggers = await readTriggers(mysql, shop);
    expect(triggers).toHaveLength(6);
    try {
      await reverse.prepare();
      await reverse.dropTriggers();
      const traffic = startPostgresTraffic(line.target.url, 2);
      for (const step of MYSQL_SINK_STEPS) expect(await ended(spawnReverse(made, step, 3)), step).toBe('SIGKILL');
      for (let i = 0; i < RANDOM_KILLS; i++) {
        const victim = spawnReverse(made);
        await pause(400 + Math.random() * 1_500);
        victim.kill('SIGKILL');
        expect(await ended(victim)).toBe('SIGKILL');
      }
      const { transactions } = await traffic.stop();
      expect(transactions).toBeGreaterThan(100);
      const last = spawnReverse(made);
      await drained(made, last);
      await stopped(last);
      expect(await reverse.quarantined()).toEqual([]);
      await expectBothEqual(made);
      await reverse.restoreTriggers();
      expect(await readTriggers(mysql, shop)).toEqual(triggers);
    } finally {
      await made.close();
    }
  });
});

test('both servers killed with -9 under traffic and started again are gone on with', {
  timeout: LIMIT_MS,
}, async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    isSourceOwn: true,
    isTargetOwn: true,
    yaml: `tables: { rules: ${SHOP_RULES} }`,
    fill: (line) => fillShop(line, 0.05),
  });
  const { reverse, line } = made;
  try {
    await reverse.prepare();
    await reverse.dropTriggers();
    const running = made.start();
    const first = startPostgresTraffic(line.target.url, 1);
    await pause(1_500);
    await line.servers?.source.kill();
    await pause(500);
    await line.servers?.source.restart();
    await first.stop();
    await line.servers?.target.kill();
    await line.servers?.target.restart();
    const second = startPostgresTraffic(line.target.url, 1);
    await pause(500);
    await second.stop();
    await reverse.drain(running, 60_000);
    await running.stop();
    expect(await reverse.quarantined()).toEqual([]);
    await expectBothEqual(made);
  } finally {
    await made.close();
  }
});

test('a transaction of 300,000 rows goes back in flat memory, and is seen whole or not at all', {
  timeout: LIMIT_MS,
}, async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    yaml: '',
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE big (id int PRIMARY KEY, note varchar(400))');
    },
  });
  const { reverse, target, source } = made;
  try {
    await reverse.prepare();
    // 300,000 changes as objects are far more than this heap.
    const child = spawnReverse(made, null, 1, ['--max-old-space-size=160']);
    await run(target, "INSERT INTO big SELECT i, repeat('x', 100) FROM generate_series(1, 300000) i");
    const counts = new Set<string | null | undefined>();
    const watching = { isOn: true };
    const watch = (async () => {
      for (; watching.isOn; await pause(200)) counts.add((await source.row('SELECT COUNT(*) AS n FROM big'))['n']);
    })();
    await drained(made, child, 200_000);
    watching.isOn = false;
    await watch;
    await stopped(child);
    expect([...counts].filter((count) => count !== '0' && count !== '300000')).toEqual([]);
    await expectBothEqual(made);
  } finally {
    await made.close();
  }
});
