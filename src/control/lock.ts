import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { platform } from 'node:os';

/**
 * Mutual exclusion over a path that ends with the process, however it ends: a socket in Linux's abstract namespace,
 * which nothing can leave behind. `taken`: another process of this machine has it. `none`: the system has no such
 * thing, the socket file alone decides.
 */
export async function lockPath(path: string): Promise<Server | 'taken' | 'none'> {
  if (platform() !== 'linux') return 'none';
  const name = `\0sluice-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  const server = createServer((socket) => socket.destroy());
  const failure = await listen(server, name);
  if (failure === null) return server;
  return failure.code === 'EADDRINUSE' ? 'taken' : 'none';
}

/** null once the server listens. */
export function listen(server: Server, path: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => resolve(error);
    server.once('error', onError);
    server.listen({ path }, () => {
      server.off('error', onError);
      resolve(null);
    });
  });
}
