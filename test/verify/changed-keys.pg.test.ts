import { expect, test } from 'vitest';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import { startServer } from '../../src/servers/server.ts';
import { ChangedKeys } from '../../src/verify/changed-keys.ts';
import { Follower } from '../../src/verify/follower.ts';

test('a link that was lost without a word holds up nobody who keeps changed keys: it is given up, and another is opened', async () => {
  await using server = await startServer('postgres');
  await using proxy = await FaultProxy.start(server);
  const database = await freshDatabase(server, 'changed_keys');
  const follower = new Follower();
  const signal = new AbortController().signal;
  try {
    const direct = await connectPostgres({ url: database.url, pipeline: 'shop' });
    await direct.query('CREATE SCHEMA sluice');
    await direct.close();
    const keys = new ChangedKeys({
      ...{ follower, pipeline: 'shop', silentMs: 500, recall: async function* () {} },
      connect: () => connectPostgres({ url: proxy.through(database.url), pipeline: 'shop' }),
    });
    await keys.takeOver(null, signal);
    await follower.follow({ database: 'd', table: 't' }, signal);
    proxy.lose();
    // Whoever comes next waits for the one that hangs, and not for ever.
    const both = await Promise.allSettled([keys.moveOut(), keys.takeOver(null, signal)]);
    expect(both).toMatchObject([
      { status: 'rejected', reason: { code: 'TARGET_UNREACHABLE', disposition: 'retry' } },
      { status: 'fulfilled' },
    ]);
    await keys.moveOut();
  } finally {
    await database.drop();
  }
});

test('keys that are looked at from memory count as kept by nobody until they were looked at, and wait on where they were not', async () => {
  await using server = await startServer('postgres');
  const database = await freshDatabase(server, 'changed_keys');
  const follower = new Follower();
  const signal = new AbortController().signal;
  const name = { database: 'd', table: 't' };
  const point = (epoch: number) => ({
    ...{ logId: 'log', epoch, next: BigInt(epoch) as never },
    position: { server: 'mysql' as const, text: String(epoch) },
  });
  const session = await connectPostgres({ url: database.url, pipeline: 'shop' });
  const kept = async () => {
    const { rows } = await session.query(`SELECT f.epoch::text, coalesce(sum(k.entries), 0)::text AS entries
      FROM sluice.followed f LEFT JOIN sluice.changed_key k USING (pipeline) GROUP BY 1`);
    return rows[0];
  };
  try {
    await session.query('CREATE SCHEMA sluice');
    const keys = new ChangedKeys({
      ...{ follower, pipeline: 'shop', recall: async function* () {} },
      connect: () => connectPostgres({ url: database.url, pipeline: 'shop' }),
    });
    await keys.takeOver(null, signal);
    const changes = await follower.follow(name, signal);
    const window = changes.open(null);
    changes.keep(window);
    window.close();
    changes.notePrinted(['1'], 1);
    follower.stands(point(1));
    await keys.moveOut();
    expect(await kept()).toEqual({ epoch: '1', entries: '1' });
    changes.notePrinted(['2'], 2);
    follower.stands(point(2));
    const cutOff = await keys.takeHere(name, changes, 10);
    expect(cutOff.keys.map(({ bytes }) => String(bytes))).toEqual(['["1"]', '["2"]']);
    await keys.moveOut();
    expect(await kept()).toEqual({ epoch: '1', entries: '1' });
    keys.giveBack(cutOff, changes);
    expect(changes.waiting).toBe(2);
    const taken = await keys.takeHere(name, changes, 10);
    const found = { scope: name, keys: new Set<string>(), differences: [], changing: 1, position: null };
    await keys.looked(taken, changes, { found, again: taken.held });
    expect(changes.waiting).toBe(1);
    await keys.moveOut();
    expect(await kept()).toEqual({ epoch: '2', entries: '1' });
  } finally {
    await session.close();
    await database.drop();
  }
});
