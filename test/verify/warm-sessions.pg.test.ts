import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ViewSource } from '../../src/mysql/read-view.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { Follower } from '../../src/verify/follower.ts';
import { WarmSessions } from '../../src/verify/warm-sessions.ts';
import { WorkerPool } from '../../src/verify/worker-pool.ts';

let server: RunningServer;
let database: FreshDatabase;
const ended = new Set<ViewSource>();

beforeAll(async () => {
  server = await startServer('postgres');
  database = await freshDatabase(server, 'warm');
});

afterAll(async () => {
  await database?.drop();
  await server?.stop();
});

const connect = () => connectPostgres({ url: database.url, pipeline: 'warm' });

/** Nothing of the source is asked here: only whether its views were given up. */
function views(): ViewSource {
  const none = async () => {
    throw new Error('no view is opened here');
  };
  const made: ViewSource = {
    open: none,
    openLocked: none,
    close: async () => {
      ended.add(made);
    },
  };
  return made;
}

function poolOf(targets: PostgresSession[]): WorkerPool {
  return new WorkerPool({
    ...{ follower: new Follower(), views: views(), targets, connectTarget: connect },
    readPoint: async () => null,
    limits: { share: 1, rowsPerSecond: null },
    busy: async () => null,
    onWait: () => {},
    onRest: () => {},
    signal: new AbortController().signal,
  });
}

async function pidOf(session: PostgresSession): Promise<string> {
  const { rows } = await session.query('SELECT pg_backend_pid()::text AS pid');
  return rows[0]?.['pid'] ?? '';
}

test('a session that one look has left is the first that the next one works with', async () => {
  const warm = new WarmSessions(new AbortController().signal);
  const first = poolOf([]);
  const before = await first.run(({ session }) => pidOf(session));
  warm.leave(views(), first.release());
  await first.close();
  const taken = warm.take();
  const next = poolOf(taken.targets);
  expect(await next.run(({ session }) => pidOf(session))).toBe(before);
  await next.close();
  expect(warm.take()).toEqual({ views: null, targets: [] });
});

test('what nobody takes ends with the process, on both sides', async () => {
  const end = new AbortController();
  const warm = new WarmSessions(end.signal);
  const [left, session] = [views(), await connect()];
  warm.leave(left, [session]);
  end.abort();
  expect(warm.takeTarget()).toBeNull();
  await expect.poll(() => ended.has(left)).toBe(true);
  await expect(session.query('SELECT 1')).rejects.toThrow();
});
