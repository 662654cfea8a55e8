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
