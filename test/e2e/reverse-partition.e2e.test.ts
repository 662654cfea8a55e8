import { expect, test } from 'vitest';
import { expectBothEqual, openReverseLine, run } from './reverse-line.ts';

test('a partitioned table of the target comes back as one, rows that change their partition too', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    yaml: '',
    fill: async (_, connection) => {
      await connection.run(`CREATE TABLE sale (id int NOT NULL, year_of int NOT NULL, note text, PRIMARY KEY (id, year_of))
        PARTITION BY RANGE (year_of) (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN (2010),
          PARTITION p2 VALUES LESS THAN MAXVALUE)`);
      await connection.run(
        "INSERT INTO sale VALUES (1, 1999, 'a'), (2, 2005, REPEAT('long ', 5000)), (3, 2020, 'c'), (4, 2005, 'd')",
      );
    },
  });
  const { reverse, target } = made;
  try {
    const kinds = await target.query("SELECT relkind AS kind FROM pg_class WHERE relname = 'sale'");
    expect(kinds.rows).toEqual([{ kind: 'p' }]);
    await reverse.prepare();
    const running = made.start();
    await run(
      target,
      `INSERT INTO sale VALUES (5, 2001, 'e'), (6, 1990, 'f');
       UPDATE sale SET year_of = 2015 WHERE id IN (1, 2);
       UPDATE sale SET note = note || '!' WHERE id = 3;
       DELETE FROM sale WHERE id = 4`,
    );
    await reverse.drain(running, 60_000);
    expect(await reverse.quarantined()).toEqual([]);
    await expectBothEqual(made);
    await run(target, "TRUNCATE sale; INSERT INTO sale VALUES (9, 2005, 'z')");
    await reverse.drain(running, 60_000);
    await expectBothEqual(made);
    await running.stop();
    await reverse.drop();
    const { rows } = await target.query(
      "SELECT relname FROM pg_class WHERE relname LIKE 'sale%' AND relkind IN ('r', 'p') AND relreplident <> 'd'",
    );
    expect(rows).toEqual([]);
  } finally {
    await made.close();
  }
});
