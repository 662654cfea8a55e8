import { request } from 'node:http';
import { expect, test, vi } from 'vitest';
import { changedFreshness } from '../../src/contract/freshness-change.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { startSample } from '../control/start-sample.ts';
import { statusSample } from '../control/status-sample.ts';
import { type OpenHttp, openHttp } from './open-http.ts';

test('a client sees the whole status at once, then only what changed', async () => {
  await using http = await openHttp();
  http.server.publish(status({ lagMs: 5 }));
  const client = await follow(http);
  expect(await client.next()).toMatchObject({ event: 'status', data: { pipeline: 'shop', lagMs: 5 } });
  http.server.publish(status({ lagMs: 7 }));
  expect((await client.next()).data).toEqual({ lagMs: 7 });
  await client.close();
});

test('of three hundred tables that are complete up to another instant a client is told the instant', async () => {
  await using http = await openHttp();
  const [one] = statusSample().freshness.tables;
  if (one === undefined) throw new TypeError('one table');
  const at = (toMs: number, count = 300) => {
    const tables = Array.from({ length: count }, (_, i) => ({ ...one, table: `t${i}`, completeToMs: toMs }));
    return status({ lagMs: toMs, freshness: { completeToMs: toMs, countedSinceMs: 0, tables } });
  };
  http.server.publish(at(1));
  const client = await follow(http);
  const first = await client.next();
  http.server.publish(at(2));
  const moved = await client.next();
  expect(moved).toMatchObject({ event: 'freshness', data: { othersToMs: 2, listed: [] } });
  expect(changedFreshness(first.data['freshness'] as never, moved.data as never)).toEqual(at(2).freshness);
  expect((await client.next()).data).toEqual({ lagMs: 2 });
  http.server.publish(at(2, 301));
  expect((await client.next()).data).toMatchObject({ freshness: { tables: { length: 301 } } });
  await client.close();
});

test('a client that comes back with the last id that it saw gets what it missed, each once (INV-164)', async () => {
  await using http = await openHttp();
  http.server.publish(status({ lagMs: 1 }));
  const client = await follow(http);
  const { id } = await client.next();
  await client.close();
  http.server.publish(status({ lagMs: 2 }));
  http.server.publish(status({ lagMs: 3, state: 'streaming' }));
  const again = await follow(http, id);
  expect((await again.next()).data).toEqual({ lagMs: 2 });
  expect((await again.next()).data).toEqual({ lagMs: 3, state: 'streaming' });
  await again.close();
});

test('an id of another process, or one that is too old, gets the whole', async () => {
  await using http = await openHttp();
  for (let lagMs = 1; lagMs <= 100; lagMs++) http.server.publish(status({ lagMs }));
  for (const id of ['123.99', 'nonsense', '', '99999.1']) {
    const client = await follow(http, id);
    expect(await client.next()).toMatchObject({ event: 'status', data: { lagMs: 100, pipeline: 'shop' } });
    await client.close();
  }
});

test('while nobody watches no status is written out, and who comes then is told the newest', async () => {
  await using http = await openHttp();
  let written = 0;
  const publish = (lagMs: number) => {
    const toJSON = () => String(++written);
    http.server.publish(status({ lagMs, waitingFor: { toJSON } as unknown as string }));
    return written;
  };
  for (let lagMs = 1; lagMs <= 100; lagMs++) publish(lagMs);
  expect(written).toBe(0);
  const client = await follow(http);
  expect(await client.next()).toMatchObject({ event: 'status', data: { lagMs: 100, waitingFor: '1' } });
  publish(101);
  const { id, data } = await client.next();
  expect(data).toEqual({ lagMs: 101, waitingFor: '2' });
  await client.close();
  // For those that may come back for what they missed it goes on for a while.
  expect(publish(102)).toBe(3);
  await vi.waitFor(() => expect(publish(103)).toBe(publish(104)), { timeout: 20_000, interval: 1 });
  const again = await follow(http, id);
  expect(await again.next()).toMatchObject({ event: 'status', data: { lagMs: 104, pipeline: 'shop' } });
  publish(105);
  expect((await again.next()).data).toMatchObject({ lagMs: 105 });
  await again.close();
});

test('a client is told of the start of a migration before there is a status, and again when it comes later', async () => {
  await using http = await openHttp();
  expect((await http.get('/api/v1/start')).status).toBe(404);
  const early = await follow(http);
  http.server.publishStart(startSample({ state: 'running' }));
  http.server.publishStart(startSample());
  expect(await early.next()).toMatchObject({ event: 'start', data: { state: 'running' } });
  expect(await early.next()).toMatchObject({ event: 'start', data: { state: 'refused', findingCount: 1 } });
  const late = await follow(http);
  expect(await late.next()).toMatchObject({ event: 'start', data: { state: 'refused' } });
  http.server.publish(status({ lagMs: 1 }));
  for (const client of [early, late])
    expect(await client.next()).toMatchObject({ event: 'status', data: { lagMs: 1 } });
  await Promise.all([early.close(), late.close()]);
});

test('five hundred clients are served at once, each with every change', async () => {
  await using http = await openHttp();
  http.server.publish(status({ lagMs: 0 }));
  const clients = await Promise.all(Array.from({ length: 500 }, () => follow(http)));
  for (let lagMs = 1; lagMs <= 10; lagMs++) http.server.publish(status({ lagMs }));
  const seen = await Promise.all(
    clients.map(async (client) => {
      const lags = [];
      for (let i = 0; i <= 10; i++) lags.push((await client.next()).data['lagMs']);
      return lags;
    }),
  );
  expect(new Set(seen.map((lags) => lags.join(' ')))).toEqual(new Set(['0 1 2 3 4 5 6 7 8 9 10']));
  expect((await http.get('/livez')).status).toBe(200);
  await Promise.all(clients.map((client) => client.close()));
});

test('of one address six hundred clients are served and of all a thousand; who comes then is told when to ask again', async () => {
  await using http = await openHttp();
  http.server.publish(status({ lagMs: 0 }));
  const clients = (from: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => follow(http, undefined, from)));
  const refusal = async (from: string) => {
    const response = await asked(http, {}, from);
    const body = JSON.parse((await response.setEncoding('utf8').toArray()).join(''));
    const { 'content-type': type = '', 'retry-after': after } = response.headers;
    return [response.statusCode, body.code, type.split(';')[0], after];
  };
  const one = await clients('127.0.0.1', 600);
  const told = ['HTTP_TOO_MANY_CLIENTS', 'application/problem+json', '30'];
  expect(await refusal('127.0.0.1')).toEqual([429, ...told]);
  const others = await clients('127.0.0.2', 400);
  expect(await refusal('127.0.0.3')).toEqual([503, ...told]);
  expect((await http.get('/api/v1/status')).status).toBe(200);
  await Promise.all(others.map((client) => client.close()));
  const isRoom = async () => {
    const response = await asked(http, {}, '127.0.0.3');
    response.destroy();
    return response.statusCode;
  };
  await expect.poll(isRoom).toBe(200);
  await Promise.all(one.map((client) => client.close()));
});

test('a client that does not read holds nobody up, costs little memory, and is told the whole when it reads again', async () => {
  await using http = await openHttp();
  const large = (lagMs: number) => status({ lagMs, waitingFor: `${lagMs}`.padStart(1_000_000) });
  http.server.publish(large(0));
  const [deaf, reader] = await Promise.all([follow(http), follow(http)]);
  deaf.pause();
  for (let lagMs = 1; lagMs <= 40; lagMs++) {
    http.server.publish(large(lagMs));
    await reader.until(({ data }) => data['lagMs'] === lagMs);
  }
  deaf.resume();
  const last = await deaf.until(({ data }) => data['lagMs'] === 40);
  expect(last).toMatchObject({ event: 'status', data: { pipeline: 'shop' } });
  expect(deaf.seen()).toBeLessThan(30);
  await Promise.all([deaf.close(), reader.close()]);
});

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function asked(http: OpenHttp, headers: Readonly<Record<string, string>>, localAddress = '127.0.0.1') {
  return await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const options = { headers, agent: false, localAddress };
    request(`${http.url}/api/v1/events`, options, resolve).on('error', reject).end();
  });
}

async function follow(http: OpenHttp, lastId?: string, from?: string) {
  const response = await asked(http, lastId === undefined ? {} : { 'last-event-id': lastId }, from);
  const events: Event[] = [];
  let wake = Promise.withResolvers<void>();
  let rest = '';
  let seen = 0;
  response.setEncoding('utf8').on('data', (part: string) => {
    const frames = `${rest}${part}`.split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) if (/^(id|event): /.test(frame)) events.push(parse(frame));
    wake.resolve();
  });
  response.on('error', () => undefined);
  const next = async (): Promise<Event> => {
    for (;;) {
      const event = events.shift();
      if (event !== undefined) {
        seen += 1;
        return event;
      }
      wake = Promise.withResolvers<void>();
      await wake.promise;
    }
  };
  return {
    next,
    until: async (isIt: (event: Event) => boolean): Promise<Event> => {
      for (;;) {
        const event = await next();
        if (isIt(event)) return event;
      }
    },
    seen: () => seen,
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: async () => void response.destroy(),
  };
}

function parse(frame: string): Event {
  const [, id = '', event = '', data = '{}'] = /^(?:id: (.*)\n)?event: (.*)\ndata: (.*)$/s.exec(frame) ?? [];
  return { id, event, data: JSON.parse(data) };
}

function status(over: Partial<PipelineStatus>): PipelineStatus {
  return statusSample(over);
}
