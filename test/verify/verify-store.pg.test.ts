import { afterAll, beforeAll, expect, test } from 'vitest';
import { Spread } from '../../src/evidence/spread.ts';
import { readEvents, writeEvidence } from '../../src/evidence/store.ts';
import { endUnanswered } from '../../src/evidence/unanswered.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { unverified } from '../../src/verify/progress.ts';
import { readVerifications, VerifyStore, verdictOf } from '../../src/verify/verify-store.ts';

let server: RunningServer;
let database: FreshDatabase;
let session: PostgresSession;

beforeAll(async () => {
  server = await startServer('postgres');
  database = await freshDatabase(server, 'store');
  session = await connectPostgres({ url: database.url, pipeline: 'test' });
  // As the version before made it.
  await session.query(`CREATE SCHEMA sluice; CREATE TABLE sluice.verification (
    pipeline text NOT NULL, database text NOT NULL, "table" text NOT NULL, state text NOT NULL, advice text,
    progress text, finished_at timestamptz, updated_at timestamptz NOT NULL, PRIMARY KEY (pipeline, database, "table"))`);
});

afterAll(async () => {
  await session?.close();
  await database?.drop();
  await server?.stop();
});

test('of what was asked of a process that is gone the next of its kind tells the end, and of no other', async () => {
  const run = (of: string, mode: string, ended: string | null) => ({
    ...{ run: of, startedBy: null, startedAtMs: 1, seenAtMs: 7, ended, endedAtMs: ended === null ? null : 9 },
    ...{ configuration: [], status: { mode } },
    measured: { lag: EMPTY, lagUnknown: 0, latency: EMPTY, lostEvents: 0 },
  });
  const asked = (key: string, outcome = 'asked') =>
    ({ key, kind: 'action', atMs: 5, who: 'ada', what: { action: key, outcome } }) as const;
  const write = (one: ReturnType<typeof run>, events: readonly ReturnType<typeof asked>[]) =>
    writeEvidence(session, 'test', { events, run: one });
  await write(run('dead', 'apply', null), [asked('dead:1'), asked('dead:2', 'done')]);
  await write(run('capture', 'capture', null), [asked('capture:1')]);
  await write(run('ended', 'capture', 'stopped'), [asked('ended:1')]);
  await write(run('next', 'apply', null), [asked('next:1'), asked('of-an-earlier-version')]);
  const open = async () => {
    const events = await readEvents(session, 'test');
    return events.filter(({ what }) => what['outcome'] === 'asked').map(({ what }) => what['action']);
  };
  expect(await endUnanswered(session, 'test', { run: 'next', mode: 'apply', nowMs: 20 })).toBe(3);
  expect(await open()).toEqual(['capture:1', 'next:1']);
  const [dead] = await readEvents(session, 'test');
  expect(dead).toMatchObject({ who: 'ada', atMs: 5, what: { outcome: 'interrupted', lastSeenAtMs: 7, foundAtMs: 20 } });
  await write(run('later', 'run', null), []);
  expect(await endUnanswered(session, 'test', { run: 'later', mode: 'run', nowMs: 30 })).toBe(2);
  expect(await open()).toEqual([]);
});

const EMPTY = new Spread().counts;

const NAME = { database: 'odd', table: 'nokey' };
const EQUAL = {
  ...NAME,
  state: 'equal',
  advice: null,
  progress: unverified('s', false, 7),
  finishedAtMs: 1_000,
} as const;
const RUNNING = { ...EQUAL, state: 'running', finishedAtMs: null } as const;
const LOOKED = { scope: NAME, keys: new Set<string>(), changing: 0, position: 'later' };

async function stored() {
  const [one] = await readVerifications(session, 'test');
  if (one === undefined) throw new Error('nothing is stored');
  return one;
}

test('what a comparison has found stands until the next one has ended, however often that is begun', async () => {
  expect(await readVerifications(session, 'test')).toEqual([]);
  const store = await VerifyStore.open(session, 'test');
  await store.write(RUNNING);
  expect(verdictOf(await stored())).toMatchObject({ state: 'running', finishedAtMs: null });
  await store.write(EQUAL);
  for (let begun = 0; begun < 2; begun++) await store.write(RUNNING);
  expect(await stored()).toMatchObject({ state: 'running', finishedAtMs: null });
  expect(verdictOf(await stored())).toEqual({ ...EQUAL, database: undefined, table: undefined });
  await store.write({ ...EQUAL, state: 'changing', finishedAtMs: 2_000 });
  expect(await stored()).toMatchObject({ state: 'changing', finishedAtMs: 2_000, before: null });
});

test('rows that are looked at again while a comparison is not finished count for the one before it too', async () => {
  const store = await VerifyStore.open(session, 'test');
  await store.write(RUNNING);
  const difference = {
    table: 'odd.nokey',
    key: { id: '1' },
    column: null,
    kind: 'missing',
    source: null,
    target: null,
  };
  await store.rechecked([{ ...LOOKED, differences: [{ ...difference, kind: 'missing' }] }]);
  expect(verdictOf(await stored())).toMatchObject({ state: 'different', progress: { differenceCount: 1 } });
  expect(await stored()).toMatchObject({ state: 'running', progress: { differenceCount: 1, notedBefore: 7 } });
});
