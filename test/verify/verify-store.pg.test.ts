import { afterAll, beforeAll, expect, test } from 'vitest';
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
  await store.rechecked({ ...LOOKED, differences: [{ ...difference, kind: 'missing' }] });
  expect(verdictOf(await stored())).toMatchObject({ state: 'different', progress: { differenceCount: 1 } });
  expect(await stored()).toMatchObject({ state: 'running', progress: { differenceCount: 1, notedBefore: 7 } });
});
