/** This folder gives a test, the demo and a developer real throw-away servers on loopback. */
import { openPrivate, openShared } from './open-server.ts';
import type { RunningServer, ServerKind, ServerOptions } from './running-server.ts';
import { shared } from './shared-server.ts';

/**
 * A running server of this kind, from the first place that works: the environment, Docker, binaries of the machine,
 * packages unpacked into the cache. Whatever it starts ends with this process, however that ends.
 */
export async function startServer(kind: ServerKind, options: ServerOptions = {}): Promise<RunningServer> {
  const isPrivate = options.fresh === true || options.durable === true || (options.arguments ?? []).length > 0;
  return isPrivate ? await openPrivate(kind, options) : await shared(kind, () => openShared(kind));
}
