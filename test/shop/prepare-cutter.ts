import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface PrepareCutter extends AsyncDisposable {
  readonly url: string;
  readonly cuts: number;
}

/** A way to the server on which a session is lost when the server answers its XA PREPARE. */
export async function prepareCutter(url: string): Promise<PrepareCutter> {
  const { hostname, port } = new URL(url);
  let cuts = 0;
  const listener = createServer((client) => {
    const server = connect(Number(port), hostname);
    let isPreparing = false;
    client.on('data', (bytes: Buffer) => {
      isPreparing = bytes.includes('XA PREPARE');
      server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      if (!isPreparing) return client.write(bytes);
      cuts++;
      return endBoth(client, server);
    });
    for (const socket of [client, server]) {
      socket.on('error', () => endBoth(client, server));
      socket.on('close', () => endBoth(client, server));
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const by = new URL(url);
  const address = listener.address();
  by.hostname = '127.0.0.1';
  by.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: by.href,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
    },
  };
}

function endBoth(client: Socket, server: Socket): void {
  client.destroy();
  server.destroy();
}
