import { expect, test } from 'vitest';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { lockWaits } from '../../src/postgres/lock-wait.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';

test.each([
  ['a table', 'LOCK TABLE t IN EXCLUSIVE MODE'],
  ['a row', 'UPDATE t SET id = 2'],
])('whoever holds %s that our session waits for is told, with the table', async (_, hold) => {
  const database = await freshDatabase(await startServer('postgres'), 'lock');
  const [ours, other, looking] = await Promise.all(
    ['shop', 'other', 'looking'].map((pipeline) => connectPostgres({ url: database.url, pipeline })),
  );
  if (!ours || !other || !looking) throw new Error('not connected');
  try {
    await ours.query('CREATE TABLE t (id int); INSERT INTO t VALUES (1)');
    expect(await lockWaits(looking, 'shop')).toEqual([]);
    await other.query('BEGIN');
    await other.query(hold);
    const waiting = ours.query('UPDATE t SET id = 3');
    await expect.poll(() => lockWaits(looking, 'shop'), { timeout: 30_000 }).toHaveLength(1);
    expect(await lockWaits(looking, 'shop')).toMatchObject([
      { table: 't', by: { application: 'sluice:other', state: 'idle in transaction' } },
    ]);
    await other.query('COMMIT');
    await waiting;
  } finally {
    await Promise.all([ours, other, looking].map((session) => session.close()));
    await database.drop();
  }
});
