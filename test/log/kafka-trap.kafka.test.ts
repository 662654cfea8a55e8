import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ChangeLog, Epoch, LogRecord } from '../../src/contract/change-log.ts';
import type { ControlRecord } from '../../src/log/kafka/control-record.ts';
import { ControlTopic } from '../../src/log/kafka/control-topic.ts';
import { KafkaLog, type KafkaLogOptions } from '../../src/log/kafka/kafka-log.ts';
import { KafkajsPort } from '../../src/log/kafka/kafkajs-port.ts';
import { controlTopic } from '../../src/log/kafka/topic.ts';
import { openLog } from '../../src/log/open-log.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { freshOptions, intactEpochs, upTo, watchedPorts, withAdmin } from './kafka-place.ts';
import { footerOf, recordsIn, recordsOf, stateAfter, take, takeAll, writeEpoch, writeEpochs } from './sample.ts';

let kafka: RunningServer;
const open: ChangeLog[] = [];

beforeAll(async () => {
  kafka = await startServer('kafka');
});
afterEach(async () => {
  for (const log of open.splice(0)) await log.close();
});
afterAll(() => kafka.stop());

function opened(options: KafkaLogOptions, ports?: ConstructorParameters<typeof KafkaLog>[1]): KafkaLog {
  const log = ports === undefined ? new KafkaLog(options) : new KafkaLog(options, ports);
  open.push(log);
  return log;
}

async function withControl<T>(options: KafkaLogOptions, act: (control: ControlTopic) => Promise<T>): Promise<T> {
  const port = new KafkajsPort(options);
  try {
    return await act(new ControlTopic(controlTopic(options.topicPrefix), port));
  } finally {
    await port.close();
  }
}

async function controlRecords(control: ControlTopic): Promise<ControlRecord[]> {
  const records: ControlRecord[] = [];
  for await (const { record } of control.range(0, await control.end())) records.push(record);
  return records;
}

const rowOf = (topic: string, bytes: number): LogRecord => ({
  topic,
  key: Buffer.from('k'),
  value: Buffer.alloc(bytes, 1),
});

test('after a send that the broker refused nothing is acknowledged that is not there (INV-37)', async () => {
  const options = freshOptions(kafka.url);
  const small = `${options.topicPrefix}.small`;
  await withAdmin(kafka.url, (admin) =>
    admin.createTopics({ topics: [{ topic: small, configEntries: [{ name: 'max.message.bytes', value: '20000' }] }] }),
  );
  const log = opened(options);
  const writer = await log.openWriter();
  await writeEpochs(writer, [5, 5]);
  await writer.append([...recordsOf(3, 5), rowOf(small, 30_000)]);
  const refused = writer.commit(footerOf(3));
  const after = writer.append(recordsOf(4, 5)).then(() => writer.commit(footerOf(4)));
  await expect(refused).rejects.toMatchObject({ code: 'LOG_RECORD_TOO_LARGE', disposition: 'stop' });
  await expect(refused).rejects.toThrow(small);
  await expect(after).rejects.toMatchObject({ code: 'LOG_RECORD_TOO_LARGE' });
  const next = await log.openWriter();
  expect(next.head.last?.number).toBe(2);
  await writeEpochs(next, [5, 5]);
  expect(await intactEpochs(log)).toEqual(upTo(4));
});

test('never more than one produce call of a writer is under way', async () => {
  const options = freshOptions(kafka.url);
  let [underWay, calls] = [0, 0];
  const ports = () => {
    const port = new KafkajsPort(options);
    const produce = port.produce.bind(port);
    port.produce = async (batches) => {
      calls++;
      if (++underWay > 1) throw new Error('two produce calls at once');
      return produce(batches).finally(() => underWay--);
    };
    return port;
  };
  const log = opened(options, ports);
  const writer = await log.openWriter();
  const commits: Promise<unknown>[] = [];
  for (const number of upTo(60)) {
    await writer.append(recordsOf(number, 400));
    commits.push(writer.commit(footerOf(number)));
  }
  await Promise.all(commits);
  expect(calls).toBeGreaterThan(10);
  expect(await intactEpochs(log)).toEqual(upTo(60));
});

test('rows that the broker has deleted are LOG_PURGED, never silently the next ones', async () => {
  const options = freshOptions(kafka.url);
  const topic = `${options.topicPrefix}.rows`;
  const log = opened(options);
  const writer = await log.openWriter();
  for (const number of upTo(6)) {
    await writer.append(Array(10).fill(rowOf(topic, 100)));
    await writer.commit(footerOf(number));
  }
  await withAdmin(kafka.url, async (admin) => {
    // Without this call kafkajs fails the next one.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '25' }] });
  });
  const epochs = await take(opened(options), 6, 0);
  for (const epoch of epochs.slice(0, 3)) {
    await expect(recordsIn(epoch)).rejects.toMatchObject({ code: 'LOG_PURGED', disposition: 'resync' });
  }
  for (const epoch of epochs.slice(3)) expect((await recordsIn(epoch)).length).toBe(10);
});

test('a writer and a reader print nothing of their own accord, nor does an unreachable broker', async () => {
  const program = fileURLToPath(new URL('quiet-process.ts', import.meta.url));
  const options = freshOptions(kafka.url);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, JSON.stringify(options)]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ records: 7, unreachable: 'LOG_UNREACHABLE retry' });
});

test('a row of several megabytes passes', async () => {
  const options = freshOptions(kafka.url);
  const log = opened(options);
  const writer = await log.openWriter();
  const rows = [5_000_000, 10, 1_500_000].map((bytes) => rowOf(`${options.topicPrefix}.large`, bytes));
  await writer.append(rows);
  await writer.commit(footerOf(1));
  expect((await recordsIn((await takeAll(log))[0] as Epoch)).map(({ value }) => value?.length)).toEqual([
    5_000_000, 10, 1_500_000,
  ]);
});

test('a topic that the broker compresses by itself is read all the same', async () => {
  const options = freshOptions(kafka.url);
  const codecs = ['gzip', 'zstd'];
  const topicOf = (codec: string) => `${options.topicPrefix}.${codec}`;
  await withAdmin(kafka.url, (admin) =>
    admin.createTopics({
      topics: codecs.map((codec) => {
        return { topic: topicOf(codec), configEntries: [{ name: 'compression.type', value: codec }] };
      }),
    }),
  );
  const log = opened(options);
  const writer = await log.openWriter();
  const rows = upTo(3_000).map((index) => ({
    ...rowOf(topicOf(codecs[index % 2] as string), 200),
    key: Buffer.from(`${index}`),
  }));
  await writer.append(rows);
  await writer.commit(footerOf(1));
  expect(await recordsIn((await takeAll(log))[0] as Epoch)).toEqual(rows);
});

test('rows of a table with several partitions come back in the order of the source', async () => {
  const options = { ...freshOptions(kafka.url), partitions: 5 };
  const topic = `${options.topicPrefix}.spread`;
  const log = opened(options);
  const writer = await log.openWriter();
  const rows = upTo(7_000).map((index) => ({
    topic,
    key: Buffer.from(`key ${index % 500}`),
    value: Buffer.from(`${index}`),
  }));
  for (const number of upTo(3)) {
    await writer.append(rows);
    await writer.commit(footerOf(number));
  }
  const offsets = await withAdmin(kafka.url, (admin) => admin.fetchTopicOffsets(topic));
  expect(offsets.filter(({ high }) => Number(high) > 0).length).toBe(5);
  for (const epoch of await takeAll(log)) expect(await recordsIn(epoch)).toEqual(rows);
});

test('an epoch that names the rows of another is refused (INV-36)', async () => {
  const options = freshOptions(kafka.url);
  const log = opened(options);
  await writeEpochs(await log.openWriter(), [4, 4]);
  const forge = (change: object) =>
    withControl(options, async (control) => {
      const last = (await controlRecords(control)).findLast(({ kind }) => kind === 'epoch');
      if (last?.kind !== 'epoch') throw new Error('no epoch');
      const number = last.number + 1;
      await control.append([{ ...last, ...footerOf(number), number, epoch: number, ...change }]);
      return number;
    });
  const forged = await forge({});
  const [epoch] = (await takeAll(log)).slice(forged - 1);
  await expect(recordsIn(epoch as Epoch)).rejects.toMatchObject({ code: 'LOG_CORRUPT', disposition: 'stop' });
  const past = await forge({ ranges: [{ topic: 'shop.table_0', partition: 0, runs: [[2 ** 40, 4]] }] });
  const [beyond] = (await takeAll(log)).slice(past - 1);
  await expect(recordsIn(beyond as Epoch)).rejects.toMatchObject({ code: 'LOG_FOREIGN' });
});

test('a control record that the broker took twice counts once', async () => {
  const options = freshOptions(kafka.url);
  const log = opened(options);
  const writer = await log.openWriter();
  await writeEpochs(writer, [4]);
  await withControl(options, async (control) => {
    const last = (await controlRecords(control)).at(-1) as ControlRecord;
    await control.append([last, last]);
  });
  await writeEpochs(writer, [3, 2]);
  expect(await intactEpochs(log)).toEqual(upTo(3));
  expect((await opened(options).head()).last?.number).toBe(3);
});

test("an old writer's epoch that arrives just before the fence counts, one that arrives just after does not (INV-32)", async () => {
  const options = freshOptions(kafka.url);
  const old = await opened(options).openWriter();
  await writeEpochs(old, [2]);
  await old.append(recordsOf(2, 3));
  let before: Promise<unknown> | undefined;
  const ports = watchedPorts(options, async () => {
    // The new writer has read the end, and is about to append its claim.
    before ??= old.commit(footerOf(2));
    await before;
  });
  const writer = await opened(options, ports).openWriter();
  await expect(before).resolves.toMatchObject({ number: 2 });
  expect(writer.head.last?.number).toBe(2);
  await expect(writeEpoch(old, 3, 1)).rejects.toMatchObject({ code: 'LOG_FENCED', disposition: 'stop' });
  await writeEpochs(writer, [6]);
  const epochs = await takeAll(opened(options));
  expect(epochs.map(({ generation, records }) => [generation, records])).toEqual([
    [1, 2],
    [1, 3],
    [2, 6],
  ]);
  expect(await recordsIn(epochs[2] as Epoch)).toEqual(recordsOf(3, 6));
});

test('of writers that open at the same time one has the log, the others are told', async () => {
  const options = freshOptions(kafka.url);
  await opened(options).head();
  const opening = await Promise.allSettled(upTo(4).map(() => opened(options).openWriter()));
  const won = opening.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  for (const each of opening) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'LOG_FENCED' });
  const newest = won.sort((a, b) => b.generation - a.generation)[0];
  expect(newest).toBeDefined();
  for (const writer of won.slice(1))
    await expect(writeEpoch(writer, 1, 1)).rejects.toMatchObject({ code: 'LOG_FENCED' });
  if (newest !== undefined) await writeEpochs(newest, [2]);
  expect(await intactEpochs(opened(options))).toEqual([1]);
});

test('opening reads a bounded tail of the control topic, however long it is', async () => {
  const options = freshOptions(kafka.url);
  const log = opened(options);
  const writer = await log.openWriter();
  for (const first of upTo(18)) {
    await Promise.all(upTo(100).map((index) => writer.commit(footerOf((first - 1) * 100 + index))));
  }
  await writer.close();
  const asked: number[] = [];
  const ports = () => {
    const port = new KafkajsPort(options);
    const fetch = port.fetch.bind(port);
    port.fetch = async (from, waitMs) => {
      for (const { topic, offset } of from) if (topic === controlTopic(options.topicPrefix)) asked.push(offset);
      return fetch(from, waitMs);
    };
    return port;
  };
  const next = await opened(options, ports).openWriter();
  // The topic's first record tells what log it is; all else is asked from the last full state on.
  expect(Math.min(...asked.filter((offset) => offset > 0))).toBeGreaterThan(1_100);
  expect(next.head.last?.number).toBe(1_800);
  expect(next.head.state).toEqual(stateAfter(1_800));
  await writeEpochs(next, [1]);
  expect((await takeAll(log)).length).toBe(1_801);
});

test('topics that others made and that would lose what we need are refused with what to change', async () => {
  const limited = freshOptions(kafka.url);
  const compacted = freshOptions(kafka.url);
  await withAdmin(kafka.url, (admin) =>
    admin.createTopics({
      topics: [
        { topic: controlTopic(limited.topicPrefix), configEntries: [{ name: 'retention.ms', value: '1000' }] },
        { topic: `${compacted.topicPrefix}.t`, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] },
      ],
    }),
  );
  const opening = opened(limited).openWriter();
  await expect(opening).rejects.toMatchObject({ code: 'LOG_TOPIC_REFUSED', disposition: 'stop' });
  await expect(opening).rejects.toThrow('retention.ms=1000, it must be -1');
  const writer = await opened(compacted).openWriter();
  const appending = writer.append([rowOf(`${compacted.topicPrefix}.t`, 1)]);
  await expect(appending).rejects.toThrow('cleanup.policy=compact, it must be delete');
});

test('a name that is no topic name, and more replicas than brokers, are refused', async () => {
  const writer = await opened(freshOptions(kafka.url)).openWriter();
  await expect(writer.append([rowOf('a b', 1)])).rejects.toMatchObject({ code: 'LOG_TOPIC_REFUSED' });
  const many = opened({ ...freshOptions(kafka.url), replicationFactor: 3 }).openWriter();
  await expect(many).rejects.toMatchObject({ code: 'LOG_TOPIC_REFUSED', disposition: 'stop' });
});

test('a control topic of another format or of something else is refused', async () => {
  const later = freshOptions(kafka.url);
  const other = freshOptions(kafka.url);
  for (const [options, record] of [
    [later, { kind: 'log', format: 2, logId: 'x' }],
    [other, { kind: 'open', generation: 1, writer: 'x', stateAt: 0 }],
  ] as const) {
    const port = new KafkajsPort(options);
    await port.ensureTopics([
      {
        name: controlTopic(options.topicPrefix),
        partitions: 1,
        replicationFactor: 1,
        required: {},
        settings: { 'retention.ms': '-1', 'retention.bytes': '-1' },
      },
    ]);
    await new ControlTopic(controlTopic(options.topicPrefix), port).append([record]);
    await port.close();
  }
  await expect(opened(later).head()).rejects.toMatchObject({ code: 'LOG_VERSION' });
  await expect(opened(other).head()).rejects.toMatchObject({ code: 'LOG_FOREIGN' });
});

test('a reader that waits ends at once when it is told to', async () => {
  const options = freshOptions(kafka.url);
  const log = openLog({ kind: 'kafka', ...options });
  await writeEpochs(await log.openWriter(), [1]);
  const abort = new AbortController();
  const epochs = log.read({ signal: abort.signal })[Symbol.asyncIterator]();
  await epochs.next();
  const waiting = epochs.next();
  setTimeout(() => abort.abort(), 100);
  await once(abort.signal, 'abort');
  const began = performance.now();
  expect(await waiting).toEqual({ done: true, value: undefined });
  // What it waits for is asked for 10 s.
  expect(performance.now() - began).toBeLessThan(3_000);
  await log.close();
});
