import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { targetLogin } from '../../src/config/login.ts';
import { SluiceError } from '../../src/contract/error.ts';
import type { Logger } from '../../src/contract/logger.ts';
import { Word } from '../../src/cutover/flip/word.ts';
import type { Attempt } from '../../src/cutover/journal.ts';
import { PostgresJournal } from '../../src/cutover/postgres-journal.ts';
import type { Step } from '../../src/cutover/step.ts';
import { CutoverDesk, type CutoverDeskOptions } from '../../src/pipeline/cutover/desk.ts';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { onSource } from '../check/sides.ts';

let mysql: RunningServer;
let postgres: RunningServer;
let target: FreshDatabase;

beforeAll(async () => {
  [mysql, postgres] = await Promise.all([startServer('mysql'), startServer('postgres')]);
  await onSource(mysql, 'CREATE DATABASE IF NOT EXISTS desk', 'CREATE DATABASE IF NOT EXISTS sluice');
});
beforeEach(async () => {
  target = await freshDatabase(postgres, 'desk');
});
afterAll(() => Promise.all([mysql.stop(), postgres.stop()]));

const REQUEST = { direction: 'forward', by: 'ada', isRehearsal: false, fences: true, waivers: [] } as const;
const silent = () => {};
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

function configNow(): Config {
  const text = `pipeline: shop
source: { url: "${mysql.url.replace(/\/[^/]*$/, '/desk')}" }
target: { url: "${target.url}" }
`;
  const { config, problems } = loadConfig({
    file: 'sluice.yaml',
    text,
    flags: {},
    environment: {},
    readFile: () => '',
  });
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}

function desk(
  judge: CutoverDeskOptions['judge'] = async () => [],
  steps = [step('fence', 'blocked'), step('open-target', 'beyond')],
): CutoverDesk {
  const config = configNow();
  let attempt: Attempt | null = null;
  return new CutoverDesk({
    ...{ config, logger, judge, word: new Word(), direction: 'forward' as const },
    stepsOf: () => steps,
    redact: (text) => text.replaceAll('hunter2', '***'),
    closeStream: async () => true,
    onBegun: silent,
    onChange: (changed) => {
      attempt = changed;
    },
    attempt: () => attempt,
  });
}

function step(name: string, phase: Step['phase']): Step {
  const done = async () => 'done';
  return { name, title: name, phase, limitMs: 60_000, describe: async () => [], run: done, undo: done };
}

function journal(owner: string): PostgresJournal {
  const connect = () => connectPostgres(targetLogin(configNow()));
  return new PostgresJournal({ pipeline: 'shop', owner, connect, closeStream: async () => true });
}

async function last(): Promise<Attempt | null> {
  const read = journal('reader');
  try {
    return await read.last();
  } finally {
    await read.close();
  }
}

test('an attempt that nobody runs is put back before another is begun, and blocks nothing (INV-199)', async () => {
  const other = journal('a process whose answer was lost');
  const steps = [step('fence', 'blocked'), step('open-target', 'beyond')];
  const { isRehearsal, waivers } = REQUEST;
  const left = await other.begin({
    ...{
      direction: 'forward',
      isRehearsal,
      waivers,
      startedBy: 'bob',
      startedAtMs: 1,
      writeBlockLimitMs: 60_000,
      steps,
    },
  });
  await other.close();
  const it = desk();
  const begun = await it.begin(REQUEST);
  expect(begun.id).not.toBe(left.id);
  await expect.poll(last, { timeout: 30_000 }).toMatchObject({ id: begun.id, outcome: 'committed', isOver: true });
  await it.settled('the test is over', new AbortController().signal);
});

test('what is begun while the pipeline ends gets a runner that puts it back, or is not begun at all (INV-199)', async () => {
  const looked = Promise.withResolvers<readonly never[]>();
  const it = desk(() => looked.promise);
  const begun = it.begin(REQUEST).catch(({ code }) => code);
  const settled = it.settled('the pipeline turns round', new AbortController().signal);
  looked.resolve([]);
  expect(await begun).toBe('CUTOVER_ENDING');
  await settled;
  expect(await last()).toBeNull();
  await expect(it.begin(REQUEST)).rejects.toMatchObject({ code: 'CUTOVER_ENDING' });
});

test('a pipeline that has failed ends though its journal refuses every word, and the next process writes the end', async () => {
  const refused = Promise.withResolvers<void>();
  const fence: Step = {
    ...step('fence', 'blocked'),
    opens: 'undo',
    run: async ({ signal }) => {
      await refuseJournal();
      refused.resolve();
      await once(signal, 'abort');
      signal.throwIfAborted();
      return '';
    },
  };
  const steps = [fence, step('open-target', 'beyond')];
  const it = desk(undefined, steps);
  await it.begin(REQUEST);
  await refused.promise;
  await it.settled('the pipeline ends: no right', new AbortController().signal, { hasFailed: true });
  expect(await last()).toMatchObject({ outcome: 'running', isOver: false });
  await onPostgres('DROP FUNCTION refuse() CASCADE');
  const next = desk(undefined, steps);
  expect(await next.recover()).toMatchObject({ outcome: 'aborted', isOver: true });
  await next.settled('the test is over', new AbortController().signal);
});

/** As a right that was taken away does. */
async function refuseJournal(): Promise<void> {
  await onPostgres(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'permission denied' USING ERRCODE = 'insufficient_privilege'; END $$`,
    ...['cutover', 'cutover_step'].flatMap((table) => [
      `CREATE TRIGGER refuse BEFORE UPDATE ON sluice.${table} EXECUTE FUNCTION refuse()`,
      `ALTER TABLE sluice.${table} ENABLE ALWAYS TRIGGER refuse`,
    ]),
  );
}

async function onPostgres(...statements: readonly string[]): Promise<void> {
  const session = await connectPostgres(targetLogin(configNow()));
  for (const statement of statements) await session.query(statement);
  await session.close();
}

test('a plan tells all that can be told where a right is missing: the gates have the cure', async () => {
  const denied = async () => {
    throw new SluiceError({
      code: 'SOURCE_PRIVILEGE_MISSING',
      message: 'denied',
      remedy: 'Grant.',
      disposition: 'stop',
    });
  };
  const it = desk(undefined, [{ ...step('fence', 'blocked'), describe: denied }, step('open-target', 'beyond')]);
  const { steps } = await it.plan('forward');
  expect(steps.map(({ name, describe }) => [name, describe])).toEqual([
    ['fence', ['not known now: denied']],
    ['open-target', []],
  ]);
  await it.settled('the test is over', new AbortController().signal);
});

test('of two that are begun at once one is refused, and the other runs', async () => {
  const it = desk();
  const both = await Promise.allSettled([it.begin(REQUEST), it.begin({ ...REQUEST, by: 'bob' })]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect.poll(last, { timeout: 30_000 }).toMatchObject({ startedBy: 'ada', outcome: 'committed', isOver: true });
  await it.settled('the test is over', new AbortController().signal);
});

test('a waiver of a gate that there is not is refused: whoever gave it has mistyped a name', async () => {
  const green = { name: 'lag', state: 'green', value: '', threshold: '', cure: null, waiver: null } as const;
  const waivers = [{ gate: 'lagg', by: 'ada', reason: 'a report runs' }];
  const refused = desk(async () => [green]).begin({ ...REQUEST, waivers });
  await expect(refused).rejects.toMatchObject({
    code: 'CUTOVER_GATE_UNKNOWN',
    remedy: expect.stringMatching(/: lag\.$/),
  });
});

test('a secret that an asker gives as a name or a reason is never kept', async () => {
  const waits: Step = {
    ...step('fence', 'blocked'),
    run: async ({ signal }) => {
      await once(signal, 'abort');
      signal.throwIfAborted();
      return '';
    },
  };
  const judge: CutoverDeskOptions['judge'] = async (waivers) =>
    waivers.map((waiver) => {
      return { name: waiver.gate, state: 'waived', value: '', threshold: '', cure: null, waiver };
    });
  const it = desk(judge, [waits, step('open-target', 'beyond')]);
  await it.begin({ ...REQUEST, by: 'hunter2', waivers: [{ gate: 'lag', by: 'hunter2', reason: 'by hunter2' }] });
  await it.abort('bob hunter2');
  await it.settled('the test is over', new AbortController().signal);
  const kept = await last();
  expect(kept).toMatchObject({ startedBy: '***', waivers: [{ gate: 'lag', by: '***', reason: 'by ***' }] });
  expect(kept?.reason).toBe('bob *** asked for it');
});
