import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka } from 'kafkajs';
import { createConnection } from 'mysql2/promise';
import { afterEach, expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { caughtUpSince, type Line, openLine, pause, SHOP_RULES } from './line.ts';
import { startProcess, untilProcess } from './line-process.ts';
import { expectEqual, fillShop } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

const ROWS = 'CREATE TABLE t (id int PRIMARY KEY, note varchar(20)); CREATE TABLE bag (n int)';
const MORE = "INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three'); INSERT INTO bag VALUES (1), (1), (2)";

/** A pipeline that has caught up with its source and was stopped. */
async function stoppedLine(options: Partial<Parameters<typeof openLine>[0]>): Promise<Line> {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '', ...options });
  cleanUp.push(() => line.close());
  await onSource(line, ...`${ROWS}; ${MORE}`.split(';'));
  expect(await run(line)).toMatchObject({ exit: 0 });
  return line;
}

async function run(line: Line, ...words: readonly string[]) {
  const ran = await runSluice(['run', '--until', 'caught-up', '--json', ...words], { folder: line.folder });
  return { exit: ran.exit, ...JSON.parse(ran.stdout) };
}

/** What the source did since, and what the target must not keep. */
async function drift(line: Line): Promise<void> {
  await onSource(
    line,
    'DELETE FROM t WHERE id = 2',
    "UPDATE t SET note = 'new' WHERE id = 1",
    'INSERT INTO bag VALUES (3)',
  );
  await onTarget(line, "INSERT INTO t VALUES (9, 'ours alone')");
}

/** Refused with this code and a cure that, done, makes both sides equal and lets the pipeline go on. */
async function expectWayBack(line: Line, code: string): Promise<void> {
  expect(await run(line)).toMatchObject({
    exit: 1,
    error: { code, remedy: expect.stringContaining('sluice run --resync') },
  });
  expect(await run(line, '--resync')).toMatchObject({ exit: 2, error: { code: 'USAGE_NOT_CONFIRMED' } });
  expect(await run(line, '--resync', '--confirm', line.config.pipeline)).toMatchObject({ exit: 0 });
  await expectEqual(line);
  await onSource(line, "INSERT INTO t VALUES (4, 'later')", 'DELETE FROM bag WHERE n = 1');
  expect(await run(line)).toMatchObject({ exit: 0 });
  await expectEqual(line);
}

test.each(['mysql', 'mariadb'] as const)(
  'when %s has purged the binlogs behind the position, everything can be loaded anew into the same target',
  async (source) => {
    const line = await stoppedLine({ source, isSourceOwn: true });
    await drift(line);
    await onSource(line, 'FLUSH BINARY LOGS');
    await expect.poll(() => purged(line), { timeout: 30_000 }).toBe(1);
    await expectWayBack(line, 'SOURCE_POSITION_PURGED');
  },
);

test.each(['mysql', 'mariadb'] as const)(
  'when %s has another history, everything can be loaded anew into the same target',
  async (source) => {
    const line = await stoppedLine({ source, isSourceOwn: true });
    await onSource(line, source === 'mysql' ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER');
    for (let id = 100; id < 160; id++) await onSource(line, `INSERT INTO t VALUES (${id}, 'another history')`);
    await drift(line);
    await expectWayBack(line, 'SOURCE_HISTORY_DIFFERS');
  },
);

test('when the directory of the embedded log is gone, everything can be loaded anew into the same target', async () => {
  const line = await stoppedLine({});
  rmSync(join(line.folder, 'log'), { recursive: true });
  await drift(line);
  await expectWayBack(line, 'TARGET_OTHER_LOG');
});

test('when the schema sluice of the target is gone, nothing is written until everything is loaded anew', async () => {
  const line = await stoppedLine({});
  await onTarget(line, 'DROP SCHEMA sluice CASCADE');
  await drift(line);
  expect(await run(line)).toMatchObject({ exit: 3, error: { code: 'CHECK_REFUSED' } });
  expect(await onTarget(line, 'SELECT id FROM t ORDER BY id')).toEqual([1, 2, 3, 9].map((id) => ({ id })));
  expect(await run(line, '--resync', '--confirm', line.config.pipeline)).toMatchObject({ exit: 0 });
  await expectEqual(line);
});

test('a log that lost its identity is set aside whole, and everything can be loaded anew', async () => {
  const line = await stoppedLine({});
  rmSync(join(line.folder, 'log', 'log.json'));
  await drift(line);
  await expectWayBack(line, 'LOG_FOREIGN');
  const [folder = ''] = readdirSync(join(line.folder, 'log')).filter((name) => name.startsWith('damaged-'));
  expect(readdirSync(join(line.folder, 'log', folder)).some((name) => name.endsWith('.segment'))).toBe(true);
});

test('when the log is damaged where the target has not read it yet, everything can be loaded anew', async () => {
  const line = await stoppedLine({ isProxied: true });
  const child = startProcess(line);
  cleanUp.push(() => child.kill());
  const processes = [child];
  await untilProcess(line, caughtUpSince(Date.now()), { processes });
  line.proxies?.target.refuse();
  line.proxies?.target.reset();
  await untilProcess(line, ({ state }) => state === 'retrying', { processes });
  const before = readFileSync(lastSegment(line)).length;
  for (let id = 100; id < 140; id++) await onSource(line, `INSERT INTO t VALUES (${id}, 'backlog')`);
  const sinceMs = Date.now();
  const isLogged = ({ stages, head }: PipelineStatus) =>
    stages.find(({ name }) => name === 'log')?.lagMs === 0 && (head.polledAtMs ?? 0) > sinceMs;
  await untilProcess(line, isLogged, { processes });
  await child.kill();
  line.proxies?.target.heal();
  const bytes = readFileSync(lastSegment(line));
  const middle = before + Math.floor((bytes.length - before) / 2);
  writeFileSync(lastSegment(line), bytes.fill(0, middle, middle + 20));
  await drift(line);
  await expectWayBack(line, 'LOG_CORRUPT');
});

function lastSegment({ folder }: Line): string {
  const log = join(folder, 'log');
  const segments = readdirSync(log).filter((name) => name.endsWith('.segment'));
  return join(log, segments.sort().at(-1) ?? '');
}

test('when the last segments are gone, everything can be loaded anew into the same target', async () => {
  const line = await stoppedLine({});
  await drift(line);
  expect(await run(line)).toMatchObject({ exit: 0 });
  const log = join(line.folder, 'log');
  const [first = '', ...rest] = readdirSync(log)
    .filter((name) => name.endsWith('.segment'))
    .sort();
  for (const name of rest) rmSync(join(log, name));
  truncateSync(join(log, first), Math.floor(readFileSync(join(log, first)).length / 2));
  await onSource(line, "INSERT INTO t VALUES (5, 'five')");
  const refused = await run(line);
  expect(['TARGET_LOG_BEHIND', 'LOG_CORRUPT']).toContain(refused.error.code);
  await expectWayBack(line, refused.error.code);
});

test('when the topics of the Kafka log are gone, everything can be loaded anew into the same target', async () => {
  const line = await stoppedLine({ log: 'kafka' });
  if (line.config.log.kind !== 'kafka') throw new Error('not Kafka');
  const { brokers, topicPrefix } = line.config.log;
  const admin = new Kafka({ brokers: [...brokers], logLevel: 0 }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${topicPrefix}.`));
  expect(topics.length).toBeGreaterThan(2);
  await admin.deleteTopics({ topics });
  await expect.poll(async () => (await admin.listTopics()).filter((topic) => topics.includes(topic))).toEqual([]);
  await admin.disconnect();
  await drift(line);
  await expectWayBack(line, 'TARGET_OTHER_LOG');
});

test('kill -9 in the midst of loading anew costs time alone: the same command, or a plain run, goes on', async () => {
  const line = await openLine({
    source: 'mysql',
    log: 'embedded',
    yaml: `snapshot: { chunkMaxRows: 50 }\ntables: { rules: ${SHOP_RULES} }`,
  });
  cleanUp.push(() => line.close());
  await fillShop(line, 0.05);
  expect(await run(line)).toMatchObject({ exit: 0 });
  rmSync(join(line.folder, 'log'), { recursive: true });
  const flags = ['--resync', '--confirm', line.config.pipeline];
  for (let kill = 0; kill < 6; kill++) {
    const child = startProcess(line, 'run', kill % 2 === 0 ? flags : []);
    cleanUp.push(() => child.kill());
    await pause(700 + Math.random() * 1_500);
    await child.kill();
  }
  await onSource(line, 'DELETE FROM tbl_audit LIMIT 3');
  expect(await run(line, ...flags)).toMatchObject({ exit: 0 });
  await expectEqual(line);
});

/** Deletes all binlogs but the newest; a server keeps those that a session still reads, until it notices that it ended. */
async function purged(line: Line): Promise<number> {
  const connection = await createConnection(line.source.url);
  try {
    const names = async () => {
      const [rows] = await connection.query('SHOW BINARY LOGS');
      return (rows as { Log_name: string }[]).map((row) => row.Log_name);
    };
    await connection.query('PURGE BINARY LOGS TO ?', [(await names()).at(-1)]);
    return (await names()).length;
  } finally {
    await connection.end();
  }
}
