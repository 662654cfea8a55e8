import { createConnection } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import type { ReverseRun } from '../../src/pipeline/reverse/run.ts';
import { expectBothEqual, openReverseLine, type ReverseLine, run } from './reverse-line.ts';

const FILL = [
  `CREATE TABLE customer (id int AUTO_INCREMENT PRIMARY KEY, email varchar(80) NOT NULL UNIQUE, is_vip tinyint(1) NOT NULL DEFAULT 0,
     born date, seen timestamp(3) NULL, note text, balance decimal(12,2) NOT NULL DEFAULT 0, big bigint unsigned,
     changed timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)`,
  `CREATE TABLE orders (id bigint AUTO_INCREMENT PRIMARY KEY, customer int NOT NULL, kind enum('new','paid') NOT NULL, payload blob,
     total double, twice decimal(14,2) AS (total * 2) STORED,
     CONSTRAINT orders_customer FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE)`,
  "CREATE TABLE place (a varchar(20) NOT NULL, b int NOT NULL, tags set('x','y','z'), PRIMARY KEY (a, b))",
  'CREATE TABLE loose (a int, b varchar(20), c float)',
  `INSERT INTO customer (email, is_vip, born, note, big) VALUES ('a@x', 1, '2000-01-02', 'n''ote', 18446744073709551615),
     ('b@x', 0, NULL, NULL, 1), ('c@x', 0, '1999-12-31', REPEAT('long ', 3000), NULL)`,
  "INSERT INTO orders (customer, kind, payload, total) VALUES (1, 'new', x'00ff5c', 1.5), (1, 'paid', NULL, 0.1), (2, 'new', x'', 3)",
  "INSERT INTO place VALUES ('k', 1, 'x,z'), ('l', 2, NULL)",
  "INSERT INTO loose VALUES (1, 'one', 1.5), (1, 'one', 1.5), (2, NULL, NULL)",
];

/** Transactions on the target, each an epoch of its own, that wait for the source. */
const BEHIND = 60;

/** How many transactions take them to the source, once it can be written again. */
async function transactionsOf({ line, reverse, source, target }: ReverseLine, running: ReverseRun): Promise<number> {
  const count = async () => {
    const row = await source.row('SELECT attempts, epoch FROM sluice.reverse_checkpoint');
    return { attempts: Number(row['attempts']), epochs: Number(row['epoch']) };
  };
  const before = await count();
  const holder = await createConnection(line.source.url);
  await holder.query('LOCK TABLES sluice.reverse_checkpoint READ');
  for (let i = 0; i < BEHIND; i++) {
    const logged = reverse.status().loggedLsn;
    await target.query('INSERT INTO place VALUES ($1, 0, NULL)', [`behind ${i}`]);
    await expect.poll(() => reverse.status().loggedLsn, { interval: 5 }).not.toBe(logged);
  }
  await holder.end();
  await reverse.drain(running, 60_000);
  const after = await count();
  expect(after.epochs - before.epochs).toBeGreaterThan(BEHIND);
  return after.attempts - before.attempts;
}

describe.each(['mysql', 'mariadb'] as const)('from PostgreSQL back to %s', (source) => {
  test('what an application does on the target arrives at the source, cell by cell', async () => {
    const made = await openReverseLine({
      source,
      log: 'embedded',
      yaml: '',
      fill: async (_, connection) => {
        for (const statement of FILL) await connection.run(statement);
      },
    });
    const { reverse, target } = made;
    try {
      const prepared = await reverse.prepare();
      expect(prepared.plan.notCarried).toMatchObject([{ column: 'twice', reason: 'the source computes it' }]);
      expect((await reverse.canary(60_000)).tookMs).toBeGreaterThan(0);
      const running = made.start();
      await run(
        target,
        `INSERT INTO customer (email, note) VALUES ('d@x', 'back\\slash '' quote'), ('e@x', 'é😀');
         UPDATE customer SET balance = balance + 10.25, note = 'paid' WHERE email = 'a@x';
         UPDATE customer SET is_vip = NOT is_vip;
         UPDATE customer SET id = 77 WHERE id = 2;
         INSERT INTO orders (customer, kind, payload, total) VALUES (77, 'paid', '\\x00010203', 123456789.125);
         DELETE FROM customer WHERE id = 1;
         UPDATE place SET b = 3, tags = '{z,x}' WHERE a = 'k';
         DELETE FROM place WHERE a = 'l';
         BEGIN; INSERT INTO place VALUES ('m', 9, '{}'); UPDATE place SET b = b + 1; DELETE FROM place WHERE a = 'm'; COMMIT;
         DELETE FROM loose WHERE ctid = (SELECT min(ctid) FROM loose WHERE a = 1);
         UPDATE loose SET b = 'two' WHERE a = 2;
         INSERT INTO customer (id, email) VALUES (0, 'zero@x')`,
      );
      const drained = await reverse.drain(running, 60_000);
      expect(drained.position).not.toBe('');
      expect(await reverse.quarantined()).toEqual([]);
      await expectBothEqual(made);
      await run(target, "TRUNCATE loose; INSERT INTO loose VALUES (5, 'five', -0.0)");
      await reverse.drain(running, 60_000);
      await expectBothEqual(made);
      await expect.poll(() => reverse.status().slot).toMatchObject({ plugin: 'pgoutput', isActive: true });
      expect(reverse.status().lastError).toBeNull();
      expect(await transactionsOf(made, running)).toBeLessThan(BEHIND / 4);
      await expectBothEqual(made);
      await running.stop();
    } finally {
      await made.close();
    }
  });

  test('rows of every type in a table without a key are found by all that they hold, one of those alike', async () => {
    const made = await openReverseLine({
      source,
      log: 'embedded',
      yaml: '',
      fill: async (_, connection) => {
        await connection.run(ODD_TABLE);
        for (const values of ODD_ROWS) await connection.run(`INSERT INTO odd VALUES ${values}, ${values}`);
        await connection.run("SET sql_mode = ''");
        await connection.run("INSERT INTO odd (n, d, dt) VALUES (9, '0000-00-00', '2020-00-00 00:00:00')");
      },
    });
    const { reverse, target } = made;
    try {
      await reverse.prepare();
      const running = made.start();
      // One of each pair changes or goes; the other stays.
      await run(
        target,
        `UPDATE odd SET n = n + 100 WHERE ctid IN (SELECT min(ctid) FROM odd WHERE n IS NOT NULL GROUP BY n);
         DELETE FROM odd WHERE ctid IN (SELECT max(ctid) FROM odd WHERE n IS NOT NULL GROUP BY n HAVING n < 50);
         DELETE FROM odd WHERE ctid = (SELECT min(ctid) FROM odd WHERE n IS NULL);
         UPDATE odd SET j = '{"b": 2, "a": [1, 2.5]}', t = 'ünï', l = 'é€', bin = '\\x00ff00ff', bt = B'101', st = '{c,a}' WHERE n = 101`,
      );
      await reverse.drain(running, 60_000);
      expect(await reverse.quarantined()).toEqual([]);
      await expectBothEqual(made);
    } finally {
      await made.close();
    }
  });
});

const ODD_TABLE = `CREATE TABLE odd (n int, f float, d8 double, dc decimal(20,6), bt bit(3), t varchar(40), ci text, l varchar(20) CHARACTER SET latin1,
  c char(8), b varbinary(9), bin binary(4), bl blob, e enum('x','y''z'), st set('a','b','c'), j json, d date, dt datetime(3), ts timestamp(6) NULL,
  tm time(2), y year, u bigint unsigned, z tinyint(1), g geometry)`;

const ODD_ROWS = [
  `(1, 0.1, 1e-7, -1.500000, b'101', 'Text', 'ci', 'café', 'c', x'00ff', x'01', x'', 'y''z', 'a,c', '{"k": [1, "x"]}', '2020-02-03',
    '2020-02-03 04:05:06.789', '2021-01-02 03:04:05.000006', '-12:34:56.78', 2024, 18446744073709551615, 1, ST_GeomFromText('POINT(1 2)'))`,
  `(2, -3.5, 0, 0, b'0', 'text', 'CI', '', '', x'', x'00000000', x'5c27', 'x', '', '[]', '9999-12-31', '1000-01-01 00:00:00', NULL, '00:00:00', 1901, 0, 0, NULL)`,
  '(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
];
