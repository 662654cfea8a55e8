/** A process that owns a server and never stops it: it waits to be killed. */
import type { ServerKind } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';

const { port, pid, dataDirectory } = await startServer(process.argv[2] as ServerKind, { fresh: true });
process.stdout.write(`${JSON.stringify({ port, pid, dataDirectory })}\n`);
setInterval(() => undefined, 60_000);
