/** HTTP: page, API and metrics of a running pipeline, in its own process; over the status and the actions alone. */
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import rateLimit from '@fastify/rate-limit';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { PipelineActions } from '../contract/action.ts';
import type { Logger } from '../contract/logger.ts';
import type { StartStatus } from '../contract/start.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { EventStream } from './event-stream.ts';
import { checkHost, checkOrigin, SECURITY_HEADERS } from './guard.ts';
import { History } from './history.ts';
import { type Listening, listen } from './listen.ts';
import { HttpProblem, PROBLEM_TYPE, type Problem, problemOf, unreadable } from './problem.ts';
import { addActionRoutes } from './route-action.ts';
import { addPageRoutes } from './route-page.ts';
import { addStatusRoutes } from './route-status.ts';
import { exposureOf, makeToken } from './token.ts';

export interface HttpOptions {
  readonly pipeline: string;
  /** HOST:PORT; port 0: any that is free. */
  readonly listen: string;
  /** Names besides addresses and localhost under which we are asked for. */
  readonly hosts: readonly string[];
  /** Made when it is not there. */
  readonly tokenFile: string;
  readonly logger: Logger;
}

/** What the routes read; replaced as a whole. */
export interface HttpState {
  readonly pipeline: string;
  readonly tokenFile: string;
  readonly logger: Logger;
  readonly history: History;
  readonly events: EventStream;
  status: PipelineStatus | null;
  start: StartStatus | null;
  actions: PipelineActions | null;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const REQUESTS_A_MINUTE = 1_200;
const MOST_CONNECTIONS = 2_000;
/** A request must have come whole by then: who sends it byte by byte holds nothing up for longer. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 15_000;
const CHECK_MS = 2_000;
const LAST_WORD_MS = 500;

/** Never fails the pipeline: an address that is taken is said and tried again. */
export class HttpServer {
  readonly #state: HttpState;
  readonly #app: FastifyInstance;
  readonly #server: Server;
  readonly #listening: Listening;

  private constructor(state: HttpState, app: FastifyInstance, server: Server, listening: Listening) {
    this.#state = state;
    this.#app = app;
    this.#server = server;
    this.#listening = listening;
  }

  static async open(options: HttpOptions): Promise<HttpServer> {
    const { pipeline, tokenFile, logger } = options;
    const events = new EventStream(String(Date.now()));
    const state: HttpState = {
      pipeline,
      tokenFile,
      logger,
      events,
      history: new History(),
      status: null,
      start: null,
      actions: null,
    };
    await makeToken(tokenFile).catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
      logger.warn({ code, file: tokenFile }, 'no token could be made: nothing can be changed over HTTP');
    });
    const exposed = await exposureOf(tokenFile);
    if (exposed !== null) {
      const { code, detail, remedy } = exposed.problem;
      logger.warn({ code, file: tokenFile, remedy }, detail);
    }
    const { app, server } = await appOf(state, options.hosts);
    return new HttpServer(state, app, server, listen(server, options.listen, logger));
  }

  /** http://HOST:PORT; null while the address is taken. */
  get url(): string | null {
    return this.#listening.url;
  }

  /** Resolves once it listens. */
  async opened(): Promise<void> {
    await this.#listening.opened;
  }

  /** Resolves once it listens, or once its address was found taken. */
  async tried(): Promise<void> {
    await this.#listening.tried;
  }

  publish(status: PipelineStatus): void {
    this.#state.status = status;
    this.#state.history.add(status);
    this.#state.events.publish(status);
  }

  /** What goes on before a pipeline stands, and what it led to. */
  publishStart(start: StartStatus): void {
    this.#state.start = start;
    this.#state.events.publishStart(start);
  }

  serve(actions: PipelineActions): void {
    this.#state.actions = actions;
  }

  async close(): Promise<void> {
    this.#listening.stop();
    this.#state.events.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // Who watches gets the last word, unless it does not read.
    await Promise.race([closed, sleep(LAST_WORD_MS, undefined, { ref: false })]);
    this.#server.closeAllConnections();
    await closed;
    await this.#app.close();
  }
}

/** The application with all its routes, which listens nowhere yet. */
export async function appOf(
  state: HttpState,
  hosts: readonly string[],
): Promise<{ readonly app: FastifyInstance; readonly server: Server }> {
  const servers: Server[] = [];
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    // The schema refuses them by name, as every key that is not ours; the parser would call them no JSON.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: ({ code }, socket) => void sendUnread(unreadable(code), socket),
    serverFactory: (handler) => {
      const server = guardedServer(handler);
      servers.push(server);
      return server;
    },
  });
  app.removeContentTypeParser('text/plain');
  await app.register(rateLimit, {
    max: REQUESTS_A_MINUTE,
    timeWindow: '1 minute',
    errorResponseBuilder: (_, { after }) =>
      new HttpProblem(429, 'HTTP_TOO_MANY_REQUESTS', 'too many requests from this address', `Wait ${after}.`),
  });
  addHooks(app, hosts);
  addStatusRoutes(app, state);
  addActionRoutes(app, state);
  addPageRoutes(app);
  await app.ready();
  const [server] = servers;
  if (server === undefined) throw new TypeError('the application has made no server');
  return { app, server };
}

function guardedServer(handler: Parameters<typeof createServer>[1]): Server {
  const limits = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: 10_000,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: 16 * 1024,
  };
  const server = createServer(limits, handler);
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

function addHooks(app: FastifyInstance, hosts: readonly string[]): void {
  const allowed = hosts.map((host) => host.toLowerCase());
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    checkHost(request.headers.host, allowed);
    if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request.headers);
    else reply.headers(ending(request));
  });
  app.setErrorHandler(async (error, request, reply) => await sendProblem(error, request, reply));
  app.setNotFoundHandler(async (request, reply) => {
    const remedy = 'See /api/v1/openapi.yaml for what there is.';
    return await sendProblem(new HttpProblem(404, 'HTTP_NOT_FOUND', 'there is nothing here', remedy), request, reply);
  });
}

/** The headers again: what fails before the first hook has none. */
function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = problemOf(error);
  const seconds = error instanceof HttpProblem ? error.retryAfterSeconds : null;
  const again = seconds === null ? {} : { 'retry-after': String(seconds) };
  return reply
    .code(told.status)
    .type(PROBLEM_TYPE)
    .headers({ ...SECURITY_HEADERS, ...ending(request), ...again })
    .send(told);
}

/** A body that is still on its way and that nobody wants ends with its connection: it would be read to its end otherwise. */
function ending({ raw, headers }: FastifyRequest): Readonly<Record<string, string>> {
  const hasBody = 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && !raw.complete ? { connection: 'close' } : {};
}

/** Nothing was made of the request that a reply could go to. */
function sendUnread(told: Problem, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify(told);
  const headers = { ...SECURITY_HEADERS, 'content-type': PROBLEM_TYPE, connection: 'close' };
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) });
  const head = [`HTTP/1.1 ${told.status} ${told.title}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
