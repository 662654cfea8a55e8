import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { SluiceError } from '../contract/error.ts';
import { serverFailure } from './failure.ts';
import type { RunningServer, ServerKind } from './running-server.ts';

/** The variable that names the socket of the keeper (`keeper.ts`), set for the processes of one test run. */
export const KEEPER_VARIABLE = 'SLUICE_SERVERS_SOCKET';

/** What a server is, as one process tells another. */
export type ServerDescription = Omit<RunningServer, 'stop' | 'kill' | 'restart' | typeof Symbol.asyncDispose>;

/** The keeper's answer: a server, or why there is none. */
export type KeeperAnswer =
  | { readonly server: ServerDescription }
  | { readonly error: { readonly code: string; readonly message: string; readonly remedy: string } };

interface Entry {
  readonly server: Promise<RunningServer>;
  users: number;
}

const entries = new Map<ServerKind, Entry>();

/** The one server of this kind: the keeper's where there is a keeper, else this process's own. */
export async function shared(kind: ServerKind, start: () => Promise<RunningServer>): Promise<RunningServer> {
  const socket = process.env[KEEPER_VARIABLE];
  if (socket) return handle(await askKeeper(socket, kind), async () => undefined);
  const entry = entries.get(kind) ?? { server: start(), users: 0 };
  entries.set(kind, entry);
  entry.users++;
  const server = await entry.server.catch((error: unknown) => {
    entries.delete(kind);
    throw error;
  });
  return handle(describe(server), async () => {
    entry.users--;
    if (entry.users > 0) return;
    entries.delete(kind);
    await server.stop();
  });
}

/** The part of a server that can be written down. */
export function describe(server: RunningServer): ServerDescription {
  const { kind, host, port, url, version, origin, dataDirectory, pid } = server;
  return { kind, host, port, url, version, origin, dataDirectory, pid };
}

async function askKeeper(socket: string, kind: ServerKind): Promise<ServerDescription> {
  const connection = connect(socket);
  connection.end(kind);
  const answer: KeeperAnswer = JSON.parse(await text(connection));
  if ('server' in answer) return answer.server;
  throw new SluiceError({ ...answer.error, disposition: 'stop' });
}

/** One user's hold on a server that others use too. */
export function handle(description: ServerDescription, release: () => Promise<void>): RunningServer {
  let released: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    released ??= release();
    await released;
  };
  const refuse = async (): Promise<void> => {
    throw serverFailure('SERVERS_NOT_OURS', {
      message: `this ${description.kind} is used by others too, so it is not killed or restarted`,
      remedy: 'ask for a private one: startServer(kind, { fresh: true })',
    });
  };
  return { ...description, stop, kill: refuse, restart: refuse, [Symbol.asyncDispose]: stop };
}
