import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { greetedKind } from '../../src/mysql/greeting.ts';
import { startServer } from '../../src/servers/server.ts';

test.each(['mysql', 'mariadb'] as const)('%s says which it is before anybody has logged in', async (kind) => {
  const server = await startServer(kind);
  try {
    expect(await greetedKind(server, 30_000)).toBe(kind);
  } finally {
    await server.stop();
  }
});

test('what greets otherwise, hangs up or is not there is not taken for one', async () => {
  for (const greeting of ['HTTP/1.1 400 Bad Request\r\n\r\n\0', '']) {
    const other = createServer((socket) => socket.on('error', () => {}).end(greeting)).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const at = { host: '127.0.0.1', port: (other.address() as AddressInfo).port };
    expect(await greetedKind(at, 30_000)).toBe(null);
    other.close();
    await once(other, 'close');
    expect(await greetedKind(at, 30_000)).toBe(null);
  }
});

test('one that says nothing is waited for no longer than the time given', async () => {
  const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  expect(await greetedKind({ host: '127.0.0.1', port }, 50)).toBe(null);
  silent.close();
});
