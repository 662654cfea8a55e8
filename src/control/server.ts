import { chmod, mkdir, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ActionCall, isRecorded, outcomeOf, type PipelineActions } from '../contract/action.ts';
import { SluiceError } from '../contract/error.ts';
import type { PipelineMode, PipelineStatus } from '../contract/status.ts';
import { type Holder, heldBy, holderOf, removeDead } from './holder.ts';
import { linesOf, sendLine } from './line.ts';
import { listen, lockPath } from './lock.ts';
import {
  type ActionRequest,
  type Greeting,
  PROTOCOL,
  parseRequest,
  type Refusal,
  type Response,
  refusalOf,
  type StatusRequest,
} from './message.ts';
import { checkSocketPath, rivalsOf, socketPath } from './path.ts';

export interface ControlOptions {
  readonly pipeline: string;
  readonly mode: PipelineMode;
  /** `control.socket` of the configuration. */
  readonly socket: string;
  readonly pid: number;
}

/** A watcher that has not taken this much yet misses the states in between, never the last one. */
const BACKLOG_LIMIT_BYTES = 4 * 1024 * 1024;
const TRIES = 5;

/** The socket of a running pipeline: refuses a second process, answers `status`, streams `watch`. */
export class ControlServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #greeting: Greeting;
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Map<Socket, Set<number>>();
  #lock: Server | null = null;
  #status: PipelineStatus | null = null;
  #actions: PipelineActions | null = null;
  #isClosed = false;

  private constructor(path: string, greeting: Greeting) {
    this.#path = path;
    this.#greeting = greeting;
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  /** CONTROL_HELD when another process has this pipeline, CONTROL_PATH_... when the path cannot be used. */
  static async open(options: ControlOptions): Promise<ControlServer> {
    checkSocketPath(options.socket);
    const path = socketPath(options.socket, options.mode);
    const { pipeline, mode, pid } = options;
    const server = new ControlServer(path, { protocol: PROTOCOL, pipeline, mode, pid, startedAtMs: Date.now() });
    await server.#take();
    for (const rival of rivalsOf(mode)) {
      const rivalPath = socketPath(options.socket, rival);
      const holder = await holderOf(rivalPath);
      if (holder === 'nobody') continue;
      await server.close();
      throw heldBy(holder, rivalPath);
    }
    return server;
  }

  /** The newest status: what `status` answers from now on, sent to every watcher. */
  publish(status: PipelineStatus): void {
    this.#status = status;
    for (const [socket, ids] of this.#watchers) {
      if (socket.writableLength > BACKLOG_LIMIT_BYTES) continue;
      for (const id of ids) answer(socket, { id, ok: true, data: status });
    }
  }

  /** What clients may ask for from now on. */
  serve(actions: PipelineActions): void {
    this.#actions = actions;
  }

  /** Every client sees the end of its connection; the file is removed. Once: afterwards the path may be another's. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.end();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.race([closed, sleep(500, undefined, { ref: false })]);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await unlink(this.#path).catch(() => undefined);
    this.#lock?.close();
  }

  async #take(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 }).catch((error) => this.#fail(error));
    const lock = await lockPath(this.#path);
    if (lock === 'taken') throw heldBy(await this.#patientHolder(), this.#path);
    this.#lock = lock === 'none' ? null : lock;
    try {
      const holder = await removeDead(this.#path);
      if (holder !== 'nobody') throw heldBy(holder, this.#path);
      const failure = await listen(this.#server, this.#path);
      if (failure !== null) this.#fail(failure);
      await chmod(this.#path, 0o600);
    } catch (error) {
      this.#lock?.close();
      throw error;
    }
  }

  /** Who has the lock may be about to open its socket. */
  async #patientHolder(): Promise<Holder> {
    for (let attempt = 1; attempt < TRIES; attempt++) {
      const holder = await holderOf(this.#path);
      if (holder !== 'nobody') return holder;
      await sleep(100);
    }
    return 'mute';
  }

  #fail(cause: unknown): never {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new SluiceError({
      code: 'CONTROL_PATH_UNUSABLE',
      message: `the control socket ${this.#path} cannot be made (${code})`,
      remedy: 'Make its folder writable for this account, or set control.socket to another path.',
      disposition: 'stop',
      cause,
    });
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#watchers.delete(socket);
    });
    sendLine(socket, this.#greeting);
    try {
      for await (const line of linesOf(socket)) this.#answer(socket, line);
    } catch {
      // A client that breaks off is no failure of the pipeline.
    }
    socket.destroy();
  }

  #answer(socket: Socket, line: string): void {
    const request = parseRequest(line);
    if (request === null) {
      answer(socket, {
        id: 0,
        ok: false,
        code: 'CONTROL_BAD_REQUEST',
        message: 'expected {"id": N, "method": NAME}',
      });
    } else if ('unknown' in request) {
      const message = `this version has no ${JSON.stringify(request.unknown.slice(0, 40))}`;
      answer(socket, { id: request.id, ok: false, code: 'CONTROL_UNKNOWN_METHOD', message });
    } else if ('wrong' in request) {
      answer(socket, { id: request.id, ok: false, code: 'CONTROL_BAD_REQUEST', message: request.wrong });
    } else if ('params' in request) {
      void this.#act(request, socket).then((response) => answer(socket, { id: request.id, ...response }));
    } else {
      this.#answerStatus(socket, request);
    }
  }

  /** Never rejects: what fails is the answer. */
  async #act(request: ActionRequest, socket: Socket): Promise<WithoutId<Response>> {
    const end = new AbortController();
    const hangUp = () => end.abort(new DOMException('who asked is gone', 'AbortError'));
    socket.once('close', hangUp);
    const onProgress = (progress: unknown) => {
      if (socket.writableLength <= BACKLOG_LIMIT_BYTES) sendLine(socket, { id: request.id, progress });
    };
    try {
      return await this.#recorded(request, async (actions) => {
        const done = actions === null ? null : act(actions, request, { onProgress, signal: end.signal });
        return done === null ? { ok: false, ...NOT_READY } : { ok: true, data: await done };
      });
    } finally {
      socket.off('close', hangUp);
    }
  }

  /** Never rejects: what fails is the answer, and on record like what does not. */
  async #recorded(
    { method, params }: ActionRequest,
    work: (actions: PipelineActions | null) => Promise<WithoutId<Response>>,
  ): Promise<WithoutId<Response>> {
    const actions = this.#actions;
    const by = 'by' in params && params.by !== undefined ? params.by : null;
    const asked = { action: method, by, via: 'socket', params: { ...params } };
    const tell = isRecorded(method) ? await actions?.record?.(asked) : undefined;
    const answered = await work(actions).catch(
      (error: unknown): WithoutId<Response> => ({
        ok: false,
        ...(error instanceof SluiceError ? refusalOf(error) : FAULT),
      }),
    );
    tell?.(answered.ok ? outcomeOf({ method }, answered.data) : { outcome: 'not done', code: answered.code });
    return answered;
  }

  #answerStatus(socket: Socket, { id, method }: StatusRequest): void {
    if (method === 'watch') {
      this.#watchers.set(socket, (this.#watchers.get(socket) ?? new Set()).add(id));
      if (this.#status === null) return;
    }
    if (this.#status !== null) answer(socket, { id, ok: true, data: this.#status });
    else answer(socket, { id, ok: false, ...NOT_READY });
  }
}

interface Asked {
  readonly onProgress: (progress: unknown) => void;
  /** Who asked is gone. */
  readonly signal: AbortSignal;
}

/** null: this process does not do such things, or not yet. */
function act(
  { quarantine, wayBack, tables, verify, pace, cutover, end }: PipelineActions,
  call: ActionCall,
  asked: Asked,
): Promise<unknown> | null {
  switch (call.method) {
    case 'end':
      return end?.() ?? null;
    case 'quarantine.retry':
      return quarantine?.retry(call.params.id) ?? null;
    case 'quarantine.drop':
      return quarantine?.drop(call.params.id) ?? null;
    case 'way-back.retry':
      return wayBack?.retry(call.params.id) ?? null;
    case 'way-back.drop':
      return wayBack?.drop(call.params.id) ?? null;
    case 'tables.reload':
      return tables?.reload(call.params.tables) ?? null;
    case 'tables.change':
      return tables?.change?.(call.params) ?? null;
    case 'tables.repair':
      return tables?.repair(call.params) ?? null;
    case 'verify':
      return verify?.(call.params, asked) ?? null;
    case 'pause':
      return pace?.pause(call.params.by) ?? null;
    case 'resume':
      return pace?.resume(call.params.by) ?? null;
    case 'throttle':
      return pace?.throttle(call.params.rowsPerSecond, call.params.by) ?? null;
    case 'cutover.plan':
      return cutover?.plan(call.params.direction) ?? null;
    case 'cutover.begin':
      return cutover?.begin(call.params) ?? null;
    case 'cutover.abort':
      return cutover?.abort(call.params.by) ?? null;
    case 'cutover.confirm':
      return cutover?.confirm(call.params.by) ?? null;
  }
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

const NOT_READY: Refusal = {
  code: 'CONTROL_NOT_READY',
  message: 'the pipeline is just starting',
  remedy: 'Ask again in a moment.',
  disposition: 'retry',
};

/** A programming error: its text may hold anything, so it stays in that process. */
const FAULT: Refusal = {
  code: 'CONTROL_FAULT',
  message: 'the running pipeline could not do it, by a fault of its own',
  remedy: 'See its log.',
  disposition: 'stop',
};

function answer(socket: Socket, response: Response): void {
  sendLine(socket, response);
}
