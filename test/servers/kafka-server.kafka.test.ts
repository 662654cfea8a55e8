import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { startServer } from '../../src/servers/server.ts';
import { expectNoOrphan } from './throw-away.ts';

function client(url: string): Kafka {
  return new Kafka({ clientId: 'test', brokers: [url], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } });
}

async function write(url: string, topic: string, value: string): Promise<void> {
  const producer = client(url).producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ value }], acks: -1 });
  await producer.disconnect();
}

async function end(url: string, topic: string): Promise<string | undefined> {
  const admin = client(url).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets[0]?.high;
}

test('the shared Kafka is one broker in KRaft mode that takes and keeps a message', async () => {
  await using server = await startServer('kafka');
  console.log(`kafka from ${server.origin}: ${server.version}`);
  await write(server.url, 'greeting', 'hello');
  expect(Number(await end(server.url, 'greeting'))).toBeGreaterThan(0);
});

test('a private Kafka takes settings and keeps port and data through a SIGKILL and a restart', async () => {
  await using server = await startServer('kafka', { arguments: ['num.partitions=1', 'message.max.bytes=2000000'] });
  const { port, pid } = server;
  await write(server.url, 'kept', 'before');
  await server.kill();
  await server.restart();
  expect(server.port).toBe(port);
  if (server.origin === 'binaries') expect(server.pid).not.toBe(pid);
  expect(await end(server.url, 'kept')).toBe('1');
});

test('two private Kafka at once do not clash', async () => {
  const options = { fresh: true };
  const [one, two] = await Promise.all([startServer('kafka', options), startServer('kafka', options)]);
  await using _one = one;
  await using _two = two;
  expect(one.port).not.toBe(two.port);
});

test('INV-90: a Kafka whose owner is killed with -9 dies, and its data is removed', async () => {
  await expectNoOrphan('kafka');
});
