import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FaultProxy } from '../../src/servers/proxy.ts';

let echo: Server;
let proxy: FaultProxy;

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  proxy = await FaultProxy.start({ host: '127.0.0.1', port: address.port });
});

afterEach(async () => {
  await proxy.close();
  echo.close();
});

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  // The proxy is closed at the end of each test, with whatever is still open.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function say(socket: Socket, word: string): Promise<string> {
  socket.write(word);
  const [answer] = await once(socket, 'data');
  return String(answer);
}

test('what goes in comes out, and an end on one side reaches the other', async () => {
  const socket = await open();
  expect(await say(socket, 'one')).toBe('one');
  socket.end('two');
  expect(String((await once(socket, 'data'))[0])).toBe('two');
  await once(socket, 'end');
});

test('what is lost carries nothing any more and tells nobody, and the next connection works', async () => {
  const lost = await open();
  await say(lost, 'one');
  proxy.lose();
  let heard = 0;
  for (const event of ['data', 'end', 'close']) lost.on(event, () => heard++);
  lost.write('two');
  expect(await say(await open(), 'three')).toBe('three');
  expect(heard).toBe(0);
});

test('a cut ends the connection without an error, and the next one works', async () => {
  const socket = await open();
  await say(socket, 'one');
  proxy.cut();
  await once(socket, 'end');
  expect(await say(await open(), 'two')).toBe('two');
});

test('a reset breaks the connection with ECONNRESET', async () => {
  const socket = await open();
  await say(socket, 'one');
  proxy.reset();
  expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
});

test('a stalled proxy keeps connections and moves nothing until it is healed', async () => {
  const socket = await open();
  await say(socket, 'one');
  proxy.stall();
  let heard = '';
  socket.on('data', (piece) => {
    heard += String(piece);
  });
  socket.write('two');
  await sleep(100);
  expect(heard).toBe('');
  expect(proxy.connections).toBe(1);
  proxy.heal();
  await once(socket, 'data');
  expect(heard).toBe('two');
});

test('a delay holds data in each direction', async () => {
  const socket = await open();
  await say(socket, 'one');
  proxy.delay(60);
  const startMs = performance.now();
  await say(socket, 'two');
  expect(performance.now() - startMs).toBeGreaterThan(115);
});

test('a reset after n bytes lets exactly those bytes of the target through', async () => {
  const socket = await open();
  proxy.resetAfter(3);
  let heard = '';
  socket.on('data', (piece) => {
    heard += String(piece);
  });
  socket.write('abcdef');
  await once(socket, 'error');
  expect(heard).toBe('abc');
});

test('a reset after n bytes does not cut what the client sends', async () => {
  const socket = await open();
  await say(socket, 'one');
  proxy.resetAfter(6);
  expect(await say(socket, 'two')).toBe('two');
  expect(await say(socket, 'end')).toBe('end');
});

test('a refusing proxy breaks new connections and leaves the old', async () => {
  const socket = await open();
  await say(socket, 'one');
  proxy.refuse();
  const refused = connect(proxy.port, '127.0.0.1');
  const failure = once(refused, 'error');
  refused.on('error', () => undefined);
  expect((await failure)[0]).toMatchObject({ code: 'ECONNRESET' });
  expect(await say(socket, 'two')).toBe('two');
});
