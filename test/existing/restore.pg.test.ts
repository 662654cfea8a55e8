import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DROP_STEPS, dropForLoad } from '../../src/existing/drop.ts';
import { readJournal } from '../../src/existing/journal.ts';
import type { DropChoice } from '../../src/existing/read-object.ts';
import { RESTORE_STEPS, restoreObject } from '../../src/existing/restore.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { LOADED, makeApplicationSchema, stateOf } from './application-schema.ts';
import { restoreAll } from './restore-all.ts';

let server: RunningServer;
let database: FreshDatabase;
let session: PostgresSession;
let before: readonly string[];

beforeAll(async () => {
  server = await startServer('postgres');
  database = await freshDatabase(server, 'existing');
  session = await connectPostgres({ url: database.url, pipeline: 'test' });
});

afterAll(async () => {
  await session.close();
  await database.drop();
  await server.stop();
});

beforeEach(async () => {
  await makeApplicationSchema(session);
  before = await stateOf(session);
});

const drop = (choice: DropChoice = 'all') => dropForLoad(session, { pipeline: 'shop', tables: LOADED, choice });

/** Names of what stands, without primary keys. */
async function standing(): Promise<string[]> {
  const lines = (await stateOf(session)).map((line) => line.split(' | '));
  return [...new Set(lines.map(([, name = '']) => name).filter((name) => !name.endsWith('_pkey')))];
}

/** Runs a child until it has killed itself; null when it ended before that many steps. */
async function killedAt(what: 'drop' | 'restore', steps: number): Promise<NodeJS.Signals | null> {
  const script = new URL('./crash-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, database.url, what, String(steps)], { stdio: 'inherit' });
  const [code, signal] = await once(child, 'exit');
  expect(signal ?? code).toBe(signal === null ? 0 : 'SIGKILL');
  return signal;
}

test('everything is dropped but keys, what others refer to and replica identities, and is then exactly as it was', async () => {
  const dropped = await drop();
  expect(dropped).toHaveLength(4 + 3 + 3 + 3 + 5);
  expect(await standing()).toEqual(['other_outside_u_fkey', 'outside_u']);
  expect(await drop()).toEqual([]);
  await restoreAll(session);
  expect(await stateOf(session)).toEqual(before);
  expect(await readJournal(session, 'shop', ['index', 'unique', 'check', 'foreign-key', 'trigger'])).toEqual([]);
});

test('indexes alone are dropped with the unique constraints and the foreign keys that need them', async () => {
  await drop('indexes');
  expect(await standing()).toEqual(
    [
      'child_id',
      'child_late',
      'child_later',
      'child_note',
      'child_rule',
      "child's parent",
      'other_outside_u_fkey',
      'outside_u',
      'child_always',
      'child_off',
      'child_touch',
    ].toSorted(
      (a, b) => before.findIndex((l) => l.includes(` ${a} |`)) - before.findIndex((l) => l.includes(` ${b} |`)),
    ),
  );
  await restoreAll(session);
  expect(await stateOf(session)).toEqual(before);
});

test('what the journal keeps for people makes everything again, newest first', async () => {
  await drop();
  const { rows } = await session.query('SELECT statement FROM sluice.dropped_object ORDER BY id DESC');
  for (const row of rows) await session.query(row['statement'] ?? '');
  expect(await stateOf(session)).toEqual(before);
});

/** Steps of the first object of each kind, given how many objects of each kind come one after the other. */
function stepsOfEachKind(counts: readonly number[], steps: number): number[] {
  let objects = 0;
  return counts.flatMap((count) => {
    const first = objects * steps;
    objects += count;
    return Array.from({ length: steps }, (_, step) => first + step + 1);
  });
}

test('killed with -9 at every step of dropping, of every kind, a second run drops the rest and nothing is lost', {
  timeout: 300_000,
}, async () => {
  for (const step of stepsOfEachKind([4, 3, 3, 3, 5], DROP_STEPS.length)) {
    await makeApplicationSchema(session);
    expect(await killedAt('drop', step)).toBe('SIGKILL');
    await drop();
    expect(await standing()).toEqual(['other_outside_u_fkey', 'outside_u']);
    await restoreAll(session);
    expect(await stateOf(session), `killed at step ${step}`).toEqual(before);
  }
});

test('killed with -9 at every step of restoring, of every kind, a second run restores the rest exactly', {
  timeout: 300_000,
}, async () => {
  for (const step of stepsOfEachKind([5, 3, 3, 3, 4], RESTORE_STEPS.length)) {
    await makeApplicationSchema(session);
    await drop();
    expect(await killedAt('restore', step)).toBe('SIGKILL');
    await restoreAll(session);
    expect(await stateOf(session), `killed at step ${step}`).toEqual(before);
  }
});

test('killed with -9 while an index is being built, a second run builds it anew', async () => {
  await drop();
  // Large enough to be built beside the writers.
  await session.query('ALTER TABLE "App".parent ALTER COLUMN slug SET STORAGE PLAIN');
  await session.query(
    `INSERT INTO "App".parent SELECT n, 'd' || n, repeat('x', 7900) || n, n FROM generate_series(101, 1250) n`,
  );
  const writer = await connectPostgres({ url: database.url, pipeline: 'writer' });
  await writer.query('BEGIN; UPDATE "App".child SET note = note; UPDATE "App".parent SET n = n');
  const script = new URL('./crash-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, database.url, 'restore', '0'], { stdio: 'inherit' });
  try {
    await expect.poll(() => building(), { timeout: 60_000 }).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
  } finally {
    await writer.query('COMMIT');
    await writer.close();
  }
  await expect.poll(() => building(), { timeout: 60_000 }).toBe(0);
  await session.query('DELETE FROM "App".parent WHERE id > 100');
  await restoreAll(session);
  await session.query('ALTER TABLE "App".parent ALTER COLUMN slug SET STORAGE EXTENDED');
  expect(await stateOf(session)).toEqual(before);
});

async function building(): Promise<number> {
  const { rows } = await session.query(
    `SELECT count(*) AS n FROM pg_stat_activity
     WHERE query LIKE 'CREATE % CONCURRENTLY %' AND state = 'active' AND datname = current_database()`,
  );
  return Number(rows[0]?.['n']);
}

test('a constraint that rows break stands NOT VALID with its reason, a unique one is left off, and both come later', async () => {
  await drop();
  await session.query(
    `INSERT INTO "App".child VALUES (51, 99, 'none', 'bad'); INSERT INTO "App".parent VALUES (52, 'c1')`,
  );
  const failures: string[] = [];
  for (const entry of await readJournal(session, 'shop', ['index', 'unique', 'check', 'foreign-key']))
    await restore(entry).catch((error) => failures.push(`${error.code} ${entry.object.name}`));
  // Nothing to refer to while the unique constraint is off.
  expect(failures).toEqual([
    'TARGET_OBJECT_BROKEN parent Code_uniq',
    'TARGET_OBJECT_BROKEN child_note',
    'TARGET_SCHEMA child_code',
    "TARGET_OBJECT_BROKEN child's parent",
  ]);
  const state = await stateOf(session);
  expect(state.filter((line) => line.includes('Code_uniq'))).toEqual([]);
  expect(state.find((line) => line.includes('child_note'))).toContain('NOT VALID');
  await session.query('DELETE FROM "App".child WHERE id = 51; DELETE FROM "App".parent WHERE id = 52');
  await restoreAll(session);
  expect(await stateOf(session)).toEqual(before);
});

async function restore(entry: Awaited<ReturnType<typeof readJournal>>[number]): Promise<void> {
  const own = await connectPostgres({ url: database.url, pipeline: 'own' });
  await restoreObject(own, entry, { pipeline: 'shop' }).finally(() => own.close());
}

test('an object whose name something else has by now is told, and neither is touched', async () => {
  await drop();
  await session.query('CREATE INDEX child_at ON "App".child (at)');
  const [entry] = (await readJournal(session, 'shop', ['index'])).filter(({ object }) => object.name === 'child_at');
  if (!entry) throw new Error('no entry');
  await expect(restore(entry)).rejects.toMatchObject({ code: 'TARGET_OBJECT_TAKEN' });
  expect((await stateOf(session)).find((line) => line.includes('child_at'))).toContain('USING btree (at)');
  await session.query('DROP INDEX "App".child_at');
  await restoreAll(session);
  expect(await stateOf(session)).toEqual(before);
});
