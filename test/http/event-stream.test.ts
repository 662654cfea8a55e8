import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
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

async function follow(http: OpenHttp, lastId?: string) {
  const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request(`${http.url}/api/v1/events`, { headers, agent: false }, resolve).on('error', reject).end();
  });
  const events: Event[] = [];
  let wake = Promise.withResolvers<void>();
  let rest = '';
  let seen = 0;
  response.setEncoding('utf8').on('data', (part: string) => {
    const frames = `${rest}${part}`.split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) if (frame.startsWith('id: ')) events.push(parse(frame));
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
  const [, id = '', event = '', data = '{}'] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/s.exec(frame) ?? [];
  return { id, event, data: JSON.parse(data) };
}

function status(over: Partial<PipelineStatus>): PipelineStatus {
  return statusSample(over);
}
