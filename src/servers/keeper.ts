import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SluiceError } from '../contract/error.ts';
import { Guard } from './guard.ts';
import { openShared } from './open-server.ts';
import type { RunningServer, ServerKind } from './running-server.ts';
import { describe, KEEPER_VARIABLE, type KeeperAnswer } from './shared-server.ts';

const KINDS: readonly ServerKind[] = ['mysql', 'mariadb', 'postgres', 'kafka'];

/**
 * Shares one server of each kind among the processes of a test run: it starts a kind when the first process asks for
 * it, and ends all when it is closed. Child processes find it by an environment variable.
 */
export async function startKeeper(): Promise<{ close(): Promise<void> }> {
  const started = new Map<ServerKind, Promise<RunningServer>>();
  const listener = createServer({ allowHalfOpen: true }, (socket) => void answer(socket, started));
  // The guard removes the socket should this process be killed.
  const guard = new Guard('keeper');
  const path = join(guard.directory, 's.sock');
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(path, resolve);
  });
  listener.unref();
  process.env[KEEPER_VARIABLE] = path;
  return {
    async close() {
      delete process.env[KEEPER_VARIABLE];
      listener.close();
      const servers = await Promise.allSettled(started.values());
      await Promise.all(servers.map((result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)));
      await guard.close();
    },
  };
}

async function answer(socket: Socket, started: Map<ServerKind, Promise<RunningServer>>): Promise<void> {
  // An asker that was killed needs no answer.
  socket.on('error', () => undefined);
  const asked = await text(socket).catch(() => '');
  const kind = KINDS.find((known) => known === asked);
  if (!kind) return void socket.end();
  // A failure is kept too: the second test file need not wait for the same download to fail again.
  const server = started.get(kind) ?? openShared(kind);
  started.set(kind, server);
  socket.end(JSON.stringify(await toAnswer(server)));
}

async function toAnswer(server: Promise<RunningServer>): Promise<KeeperAnswer> {
  try {
    return { server: describe(await server) };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { error: { code: error.code, message: error.message, remedy: error.remedy } };
  }
}
