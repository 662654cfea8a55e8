import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommandFlip } from '../../src/cutover/flip/command-flip.ts';
import { OperatorFlip } from '../../src/cutover/flip/operator-flip.ts';
import { awaitHealthy } from '../../src/cutover/flip/probe.ts';
import { WebhookFlip, type WebhookFlipSettings } from '../../src/cutover/flip/webhook-flip.ts';

let server: Server;
let url: string;
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[];
let seen: { readonly key: string | undefined; readonly body: unknown }[];

beforeEach(async () => {
  [answers, seen] = [[], []];
  server = createServer(async (request, response) => {
    const body = await text(request);
    seen.push({ key: request.headers['idempotency-key']?.toString(), body: body === '' ? null : JSON.parse(body) });
    const answer = answers.shift();
    if (answer) answer(request, response);
    else response.end('all is well');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=hidden123`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const webhook = (change: Partial<WebhookFlipSettings> = {}) =>
  new WebhookFlip({ url, pipeline: 'shop', tryMs: 1_000, limitMs: 30_000, ...change });
const status = (code: number) => (_: IncomingMessage, response: ServerResponse) => response.writeHead(code).end('no');

test('a webhook is called until it answers, each time with the same key, and taken back with its own', async () => {
  answers = [status(503), (request) => request.socket.destroy(), () => {}];
  const record = await webhook().plan();
  expect(await webhook().run(record)).toMatch(/flip, try 4\): 200 all is well$/);
  await webhook().undo(record);
  expect(new Set(seen.slice(0, 4).map(({ key }) => key))).toEqual(new Set([record.key]));
  expect(seen.map(({ body }) => body).at(-1)).toEqual({
    pipeline: 'shop',
    action: 'unflip',
    key: `${record.key}:unflip`,
  });
});

test('a webhook that refuses is not called again, and what it says back shows no secret', async () => {
  answers = [(_, response) => response.writeHead(401).end('bad token Bearer abc123')];
  const refused = webhook({ headers: { authorization: 'Bearer abc123' }, secrets: ['Bearer abc123'] }).run({
    kind: 'webhook',
    key: 'k',
  });
  const error = await refused.catch((e: Error) => e);
  expect(error).toMatchObject({
    code: 'FLIP_WEBHOOK',
    message: expect.stringMatching(/try 1\): 401 bad token \*\*\*$/),
  });
  expect(JSON.stringify([error, String(error)])).not.toMatch(/hidden123|abc123/);
  answers = [(_, response) => response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end()];
  await expect(webhook().run({ kind: 'webhook', key: 'k' })).rejects.toMatchObject({ code: 'FLIP_WEBHOOK' });
});

test('a webhook that never answers ends within the limit', async () => {
  answers = Array.from({ length: 50 }, () => () => {});
  await expect(webhook({ tryMs: 50, limitMs: 400 }).run({ kind: 'webhook', key: 'k' })).rejects.toMatchObject({
    message: expect.stringContaining('no answer'),
  });
});

test('a webhook whose answer has a status and no end is done at the first try, and one that says without end is cut', async () => {
  answers = [
    (_, response) => void response.writeHead(200).write('flipped'),
    (_, response) => {
      response.writeHead(200);
      const say = () => void (response.writable && response.write('x'.repeat(1_000), say));
      say();
    },
  ];
  expect(await webhook().run({ kind: 'webhook', key: 'k' })).toMatch(/flip, try 1\): 200 flipped$/);
  const said = await webhook({ tryMs: 60_000 }).run({ kind: 'webhook', key: 'k' });
  expect(said).toMatch(/try 1\): 200 x+$/);
  expect(said.length).toBeLessThan(3_000);
});

test('a command is ended with everything that it started when it takes too long or is given up', async () => {
  const flip = new CommandFlip({ flip: 'sleep 600 & echo $!; wait', unflip: 'true', limitMs: 300 });
  const error = await flip.run({ kind: 'command' }).catch((e: Error) => e);
  expect(error).toMatchObject({ code: 'FLIP_COMMAND', message: expect.stringContaining('longer than 300 ms') });
  const pid = Number(/printed: (\d+)/.exec(String(error))?.[1]);
  await expect.poll(() => isAlive(pid)).toBe(false);
  const given = new AbortController();
  const running = new CommandFlip({ flip: 'sleep 600', limitMs: 60_000 }).run({ kind: 'command' }, given.signal);
  given.abort();
  await expect(running).rejects.toMatchObject({ message: expect.stringContaining('given up') });
});

test('a command sees its environment, and a secret that it prints is not kept', async () => {
  const environment = { SLUICE_PASSWORD: 'p@ss word' };
  const flip = new CommandFlip({
    flip: 'echo "$SLUICE_PASSWORD" >&2',
    limitMs: 5_000,
    environment,
    secrets: ['p@ss word'],
  });
  expect(await flip.run({ kind: 'command' })).toMatch(/ended well; it printed: \*\*\*$/);
  expect(await flip.check()).toMatchObject([{ severity: 'warning', code: 'FLIP_COMMAND' }]);
  await expect(flip.undo({ kind: 'command' })).rejects.toMatchObject({ code: 'FLIP_COMMAND' });
});

test('of a command that prints without end only the end is kept, and it is not held up', async () => {
  const flip = new CommandFlip({ flip: 'yes line | head -c 3000000; echo last', limitMs: 30_000 });
  const said = await flip.run({ kind: 'command' });
  expect(said).toMatch(/last$/);
  expect(said.length).toBeLessThan(40_000);
});

test("an operator's word is asked for, and a no ends the step", async () => {
  const asked: string[] = [];
  const flip = (isDone: boolean) =>
    new OperatorFlip({
      flip: 'set DATABASE_URL',
      unflip: 'put it back',
      confirm: async (todo) => {
        asked.push(todo);
        return isDone;
      },
    });
  await flip(true).run({ kind: 'operator' });
  await expect(flip(false).undo({ kind: 'operator' })).rejects.toMatchObject({ code: 'FLIP_NOT_CONFIRMED' });
  expect(asked).toEqual(['set DATABASE_URL', 'put it back']);
});

test('an application is asked until it answers as it should', async () => {
  answers = [status(502), (_, response) => response.end('starting')];
  expect(await awaitHealthy({ url, text: 'well', tryMs: 500, limitMs: 10_000 })).toMatch(/answered 200$/);
  expect(await awaitHealthy({ line: 'true', tryMs: 5_000, limitMs: 5_000 })).toContain('ended well');
  const sick = awaitHealthy({ line: 'exit 2', tryMs: 5_000, limitMs: 300 });
  await expect(sick).rejects.toMatchObject({ code: 'FLIP_UNHEALTHY', message: expect.stringContaining('exit 2') });
  const silent = awaitHealthy({ url, status: 204, tryMs: 100, limitMs: 200 });
  await expect(silent).rejects.toMatchObject({ message: expect.not.stringContaining('hidden123') });
});

/** Whoever has ended and was not yet asked for its exit (Z) is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
