import { connect, type Socket } from 'node:net';
import type { ActionCall } from '../contract/action.ts';
import { SluiceError } from '../contract/error.ts';
import type { PipelineMode, PipelineStatus } from '../contract/status.ts';
import { linesOf, sendLine } from './line.ts';
import { mergeStatus } from './merge.ts';
import { parseData, parseGreeting, parseProgress, parseResponse, type Refusal, type Request } from './message.ts';
import { checkSocketPath, socketPath } from './path.ts';

const ANSWER_TIMEOUT_MS = 5000;

/** The status of the running pipeline, of its halves when they run apart. CONTROL_UNREACHABLE names the path tried. */
export async function askStatus(socket: string): Promise<PipelineStatus> {
  checkSocketPath(socket);
  const whole = await askOne(socket, 'run');
  if (whole !== null) return whole;
  const [capture, apply] = await Promise.all([askOne(socket, 'capture'), askOne(socket, 'apply')]);
  const status = bothOf(capture ?? undefined, apply ?? undefined);
  if (status === null) throw unreachable(socket);
  return status;
}

/** Statuses as they come, until the signal or the end of the process; CONTROL_UNREACHABLE when nobody answers. */
export async function* watchStatus(socket: string, signal: AbortSignal): AsyncGenerator<PipelineStatus> {
  checkSocketPath(socket);
  const whole = await watched(socket, 'run', signal);
  if (whole !== null) yield* whole;
  else yield* watchHalves(socket, signal);
}

type Half = 'capture' | 'apply';
const HALVES: readonly Half[] = ['capture', 'apply'];

/** Both as one picture while both are there; a half that comes later, or again, joins. Ends with the last of them. */
async function* watchHalves(socket: string, signal: AbortSignal): AsyncGenerator<PipelineStatus> {
  const end = new AbortController();
  const watches = new HalfWatches(socket, AbortSignal.any([signal, end.signal]));
  try {
    await watches.join();
    if (watches.isEmpty) throw unreachable(socket);
    while (!watches.isEmpty) {
      const status = await watches.next();
      if (status !== null) yield status;
      if (!signal.aborted) await watches.join();
    }
  } finally {
    end.abort();
  }
}

class HalfWatches {
  readonly #socket: string;
  readonly #signal: AbortSignal;
  readonly #watched = new Set<Half>();
  /** What each has said last and nobody has taken; null: it has ended. */
  readonly #said = new Map<Half, PipelineStatus | null>();
  readonly #latest = new Map<Half, PipelineStatus>();
  #woken = Promise.withResolvers<void>();

  constructor(socket: string, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
  }

  get isEmpty(): boolean {
    return this.#watched.size === 0;
  }

  /** Looks for the halves that are not watched. */
  async join(): Promise<void> {
    for (const half of HALVES.filter((one) => !this.#watched.has(one))) {
      const stream = await watched(this.#socket, half, this.#signal);
      if (stream === null) continue;
      this.#watched.add(half);
      void this.#hear(half, stream);
    }
  }

  /** Null while one that is there has not spoken yet, which it does at once, and when one has ended. */
  async next(): Promise<PipelineStatus | null> {
    const { half, status } = await this.#take();
    if (status === null) {
      this.#watched.delete(half);
      this.#latest.delete(half);
      return null;
    }
    this.#latest.set(half, status);
    const isWhole = this.#latest.size === this.#watched.size;
    return isWhole ? bothOf(this.#latest.get('capture'), this.#latest.get('apply')) : null;
  }

  /** Each is waited for by itself: of a race with one that hangs, whatever the other says would be kept. */
  async #hear(half: Half, stream: AsyncGenerator<PipelineStatus>): Promise<void> {
    for await (const status of stream) this.#say(half, status);
    this.#say(half, null);
  }

  #say(half: Half, status: PipelineStatus | null): void {
    this.#said.set(half, status);
    this.#woken.resolve();
  }

  async #take(): Promise<{ readonly half: Half; readonly status: PipelineStatus | null }> {
    for (;;) {
      for (const [half, status] of this.#said) {
        this.#said.delete(half);
        return { half, status };
      }
      this.#woken = Promise.withResolvers();
      await this.#woken.promise;
    }
  }
}

function bothOf(capture: PipelineStatus | undefined, apply: PipelineStatus | undefined): PipelineStatus | null {
  return capture && apply ? mergeStatus(capture, apply) : (apply ?? capture ?? null);
}

/** The stream of one process; null: it does not run. */
async function watched(
  socket: string,
  mode: PipelineMode,
  signal: AbortSignal,
): Promise<AsyncGenerator<PipelineStatus> | null> {
  const connection = await open(socketPath(socket, mode));
  if (connection === null) return null;
  signal.addEventListener('abort', () => connection.destroy(), { once: true });
  return answers(connection, { id: 1, method: 'watch' });
}

export interface AskOptions {
  /** What it tells of itself while it is done. */
  readonly onProgress?: (progress: unknown) => void;
  /** Hangs up. */
  readonly signal?: AbortSignal;
}

/**
 * Has the process whose business it is do something, and waits until it is done. null: no such process runs. Its error
 * comes back as it left it there; CONTROL_BROKEN_OFF when the process went before it answered.
 */
export async function askAction(
  socket: string,
  call: ActionCall,
  { onProgress, signal }: AskOptions = {},
): Promise<{ readonly data: unknown } | null> {
  checkSocketPath(socket);
  const half = call.method.startsWith('tables.') ? 'capture' : 'apply';
  const connection = (await open(socketPath(socket, 'run'))) ?? (await open(socketPath(socket, half)));
  if (connection === null) return null;
  connection.setTimeout(ANSWER_TIMEOUT_MS, () => connection.destroy());
  signal?.addEventListener('abort', () => connection.destroy(), { once: true });
  for await (const line of talk(connection, { id: 1, ...call })) {
    const response = parseResponse(line);
    const progress = response === null ? parseProgress(line) : undefined;
    if (progress !== undefined) onProgress?.(progress);
    if (response === null) continue;
    if (response.ok) return { data: response.data };
    throw errorOf(response);
  }
  signal?.throwIfAborted();
  throw brokenOff(socket);
}

/** Asks every process of this pipeline on this machine to end as at SIGTERM; answers how many were there. */
export async function endRunning(socket: string): Promise<number> {
  checkSocketPath(socket);
  let asked = 0;
  for (const mode of ['run', 'capture', 'apply'] as const) {
    const connection = await open(socketPath(socket, mode));
    if (connection === null) continue;
    asked++;
    connection.setTimeout(ANSWER_TIMEOUT_MS, () => connection.destroy());
    for await (const line of talk(connection, { id: 1, method: 'end', params: {} })) if (parseResponse(line)) break;
  }
  return asked;
}

function errorOf({ code, message, remedy = 'See: sluice status', disposition = 'stop' }: Refusal): SluiceError {
  return new SluiceError({ code, message, remedy, disposition });
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
  for await (const line of talk(connection, request)) {
    const data = parseData(line);
    if (isStatus(data)) yield data;
  }
}

/** The lines that answer a request, which is sent once the other side has greeted. */
async function* talk(connection: Socket, request: Request): AsyncGenerator<string> {
  let isGreeted = false;
  try {
    for await (const line of linesOf(connection)) {
      if (isGreeted) yield line;
      else if (parseGreeting(line) === null) return;
      else {
        isGreeted = true;
        // What is asked may take long; the end of the process ends the connection.
        if ('params' in request) connection.setTimeout(0);
        sendLine(connection, request);
      }
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

function brokenOff(socket: string): SluiceError {
  return new SluiceError({
    code: 'CONTROL_BROKEN_OFF',
    message: `the pipeline at ${socket} ended, or does not answer; what was asked may have been done`,
    remedy: 'Look with: sluice status, and sluice quarantine list. Asking again does no harm.',
    disposition: 'stop',
  });
}

export function unreachable(socket: string): SluiceError {
  return new SluiceError({
    code: 'CONTROL_UNREACHABLE',
    message: `no running pipeline answers at ${socket}`,
    remedy: 'Start it with: sluice run. If it runs elsewhere, run this there, or give its control.socket.',
    disposition: 'stop',
  });
}
