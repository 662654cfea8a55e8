import { connect, type Socket } from 'node:net';
import { SluiceError } from '../contract/error.ts';
import type { PipelineMode, PipelineStatus } from '../contract/status.ts';
import { linesOf, sendLine } from './line.ts';
import { mergeStatus } from './merge.ts';
import { parseData, parseGreeting, type Request } from './message.ts';
import { checkSocketPath, socketPath } from './path.ts';

const ANSWER_TIMEOUT_MS = 5000;

/** The status of the running pipeline, of its halves when they run apart. CONTROL_UNREACHABLE names the path tried. */
export async function askStatus(socket: string): Promise<PipelineStatus> {
  checkSocketPath(socket);
  const whole = await askOne(socket, 'run');
  if (whole !== null) return whole;
  const [capture, apply] = await Promise.all([askOne(socket, 'capture'), askOne(socket, 'apply')]);
  const status = capture !== null && apply !== null ? mergeStatus(capture, apply) : (apply ?? capture);
  if (status === null) throw unreachable(socket);
  return status;
}

/** Statuses as they come, until the signal or the end of the process; CONTROL_UNREACHABLE when nobody answers. */
export async function* watchStatus(socket: string, signal: AbortSignal): AsyncGenerator<PipelineStatus> {
  checkSocketPath(socket);
  for (const mode of ['run', 'apply', 'capture'] as const) {
    const connection = await open(socketPath(socket, mode));
    if (connection === null) continue;
    signal.addEventListener('abort', () => connection.destroy(), { once: true });
    yield* answers(connection, { id: 1, method: 'watch' });
    return;
  }
  throw unreachable(socket);
}

async function askOne(socket: string, mode: PipelineMode): Promise<PipelineStatus | null> {
  const connection = await open(socketPath(socket, mode));
  if (connection === null) return null;
  connection.setTimeout(ANSWER_TIMEOUT_MS, () => connection.destroy());
  // `watch` also answers at once, and waits for the first status of a process that is just starting.
  for await (const status of answers(connection, { id: 1, method: 'watch' })) return status;
  return null;
}

async function* answers(connection: Socket, request: Request): AsyncGenerator<PipelineStatus> {
  let isGreeted = false;
  try {
    for await (const line of linesOf(connection)) {
      if (!isGreeted) {
        if (parseGreeting(line) === null) return;
        isGreeted = true;
        sendLine(connection, request);
        continue;
      }
      const data = parseData(line);
      if (isStatus(data)) yield data;
    }
  } catch {
    // Broken off: to the caller the same as closed.
  } finally {
    connection.destroy();
  }
}

function open(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ path }, () => resolve(socket));
    socket.on('error', () => resolve(null));
  });
}

/** The two sides are of one version or nearly; a status of another shape is refused by its missing fields. */
function isStatus(data: unknown): data is PipelineStatus {
  return typeof data === 'object' && data !== null && 'pipeline' in data && 'stages' in data && 'asOfMs' in data;
}

function unreachable(socket: string): SluiceError {
  return new SluiceError({
    code: 'CONTROL_UNREACHABLE',
    message: `no running pipeline answers at ${socket}`,
    remedy: 'Start it with: sluice run. If it runs elsewhere, run this there, or give its control.socket.',
    disposition: 'stop',
  });
}
