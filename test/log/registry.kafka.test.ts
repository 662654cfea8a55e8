import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts';
import { Registry } from '../../src/log/kafka/registry.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { freshOptions } from './kafka-place.ts';
import { type RegistryServer, startRegistry } from './registry-server.ts';
import { writeEpochs } from './sample.ts';

let server: RegistryServer;
let kafka: RunningServer;

beforeAll(async () => {
  [server, kafka] = await Promise.all([startRegistry(), startServer('kafka')]);
});
afterAll(async () => {
  await server.stop();
  await kafka.stop();
});

const recordSchema = (...fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'row', fields: [{ name: 'id', type: 'long' }, ...fields] });

const subject = () => `shop.${randomUUID()}-value`;

test('a schema has the same id each time, and is read back by it', async () => {
  const name = subject();
  const text = recordSchema();
  const [first, again] = [new Registry(server.url), new Registry(server.url)];
  const id = await first.register(name, text);
  expect(await first.register(name, text)).toBe(id);
  expect(await again.register(name, text)).toBe(id);
  expect(JSON.parse(await again.text(id))).toEqual(JSON.parse(text));
  const grown = await first.register(name, recordSchema({ name: 'note', type: ['null', 'string'], default: null }));
  expect(grown).not.toBe(id);
});

test('a schema that the registry finds incompatible, or no schema at all, is refused', async () => {
  const registry = new Registry(server.url);
  const name = subject();
  await registry.register(name, recordSchema());
  await fetch(`${server.url}/config/${encodeURIComponent(name)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ compatibility: 'BACKWARD' }),
  });
  const refused = { code: 'LOG_SCHEMA_REFUSED', disposition: 'stop' };
  const incompatible = registry.register(name, recordSchema({ name: 'added', type: 'string' }));
  await expect(incompatible).rejects.toMatchObject(refused);
  await expect(incompatible).rejects.toThrow(name);
  await expect(registry.register(subject(), '{"type":"nothing"}')).rejects.toMatchObject(refused);
});

test('an id that the registry never gave is unknown', async () => {
  await expect(new Registry(server.url).text(987_654_321)).rejects.toMatchObject({ code: 'LOG_SCHEMA_UNKNOWN' });
});

test('the Kafka log gives ids of the registry when there is one', async () => {
  const options = { ...freshOptions(kafka.url), registry: { url: server.url } };
  const log = new KafkaLog(options);
  const writer = await log.openWriter();
  const id = await writer.registerSchema(subject(), recordSchema());
  await writeEpochs(writer, [1]);
  expect(JSON.parse(await new Registry(server.url).text(id))).toEqual(JSON.parse(recordSchema()));
  expect(JSON.parse(await log.schema(id))).toEqual(JSON.parse(recordSchema()));
  await log.close();
});

/** Answers that a healthy registry does not give. */
async function withAnswers<T>(listener: RequestListener, act: (url: string) => Promise<T>): Promise<T> {
  const http = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  try {
    return await act(`http://user:se%3Acret@127.0.0.1:${(http.address() as AddressInfo).port}/api/`);
  } finally {
    http.close();
  }
}

test('a login goes along as a header and is never part of an error; a refused one stops, a sick registry is asked again', async () => {
  const logins: (string | undefined)[] = [];
  const answering = (status: number): RequestListener => {
    return (request, response) => {
      logins.push(request.headers.authorization);
      response.writeHead(status).end('{}');
    };
  };
  for (const [status, code, disposition] of [
    [401, 'LOG_DENIED', 'stop'],
    [403, 'LOG_DENIED', 'stop'],
    [500, 'LOG_REGISTRY', 'retry'],
    [503, 'LOG_REGISTRY', 'retry'],
  ] as const) {
    await withAnswers(answering(status), async (url) => {
      const asking = new Registry(url).register('s', '"int"');
      await expect(asking).rejects.toMatchObject({ code, disposition });
      await expect(asking).rejects.not.toThrow('cret');
    });
  }
  expect(new Set(logins)).toEqual(new Set([`Basic ${Buffer.from('user:se:cret').toString('base64')}`]));
  const nobody = new Registry('http://127.0.0.1:1').register('s', '"int"');
  await expect(nobody).rejects.toMatchObject({ code: 'LOG_REGISTRY', disposition: 'retry' });
});
