import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics } from 'prom-client';
import type { PipelineStatus } from '../contract/status.ts';
import { SECURITY_HEADERS } from './guard.ts';
import { livenessReasons, readinessReasons } from './health.ts';
import { RANGES, type Range } from './history.ts';
import { registryOf } from './metric.ts';
import { METRICS } from './metric-table.ts';
import { HttpProblem } from './problem.ts';
import type { HttpState } from './server.ts';

/** Everything that only reads. */
export function addStatusRoutes(app: FastifyInstance, state: HttpState): void {
  addHealthRoutes(app, state);
  addMetricsRoute(app, state);
  const now = (): PipelineStatus => {
    if (state.status !== null) return state.status;
    throw new HttpProblem(503, 'HTTP_NOT_READY', 'the pipeline is just starting', 'Ask again in a moment.');
  };
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  app.get('/api/v1/status', async () => now());
  app.get('/api/v1/start', async () => {
    if (state.start !== null) return state.start;
    throw new HttpProblem(404, 'HTTP_NOT_FOUND', 'nothing has told of a start', 'See /api/v1/status.');
  });
  app.get('/api/v1/tables', async () => tablesOf(now()));
  app.get('/api/v1/errors', async () => {
    const { asOfMs, errors, counters } = now();
    return { asOfMs, errors, counters };
  });
  app.get('/api/v1/events', async (request, reply) => {
    state.events.assertRoom(request.ip);
    reply.hijack();
    const last = request.headers['last-event-id'];
    const lastId = Array.isArray(last) ? last[0] : last;
    state.events.add(reply.raw, request.ip, { headers: SECURITY_HEADERS, lastId });
  });
  app.get<{ Querystring: { range?: Range } }>('/api/v1/history', { schema: HISTORY_SCHEMA }, async ({ query }) =>
    state.history.of(query.range ?? '15m'),
  );
}

const HISTORY_SCHEMA = {
  querystring: { type: 'object', properties: { range: { enum: RANGES } }, additionalProperties: false },
} as const;

function addHealthRoutes(app: FastifyInstance, state: HttpState): void {
  app.get('/livez', async (_, reply) => {
    const reasons = livenessReasons(state.status, Date.now());
    return await reply.code(reasons.length === 0 ? 200 : 503).send({ alive: reasons.length === 0, reasons });
  });
  app.get('/readyz', async (_, reply) => {
    const reasons = readinessReasons(state.status, Date.now());
    return await reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });
}

/** Between looks at the event loop, which nodejs_eventloop_lag_* contain: looks each 10 ms cost 0.5 % of a core. */
const LOOP_LOOK_MS = 100;

/** A status that is older tells nothing about now. */
const FRESH_MS = 10_000;

function addMetricsRoute(app: FastifyInstance, state: HttpState): void {
  const fresh = () => (state.status !== null && Date.now() - state.status.asOfMs < FRESH_MS ? state.status : null);
  const registry = registryOf(METRICS, state.pipeline, fresh);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_LOOK_MS });
  app.get('/metrics', async (_, reply) => await reply.type(registry.contentType).send(await registry.metrics()));
}

/** Each table with its copying and its freshness. */
function tablesOf({ asOfMs, freshness, snapshot }: PipelineStatus) {
  const keyOf = ({ database, table }: { readonly database: string; readonly table: string }) =>
    JSON.stringify([database, table]);
  const copies = new Map(snapshot.tables.map((table) => [keyOf(table), table]));
  return {
    asOfMs,
    completeToMs: freshness.completeToMs,
    countedSinceMs: freshness.countedSinceMs,
    tables: freshness.tables.map((table) => ({ ...table, snapshot: copies.get(keyOf(table)) ?? null })),
  };
}
