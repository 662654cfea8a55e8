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
  app.get('/api/v1/tables', async () => tablesOf(now()));
  app.get('/api/v1/errors', async () => {
    const { asOfMs, errors, counters } = now();
    return { asOfMs, errors, counters };
  });
  app.get('/api/v1/events', async (request, reply) => {
    state.events.assertRoom();
    reply.hijack();
    const lastId = request.headers['last-event-id'];
    state.events.add(reply.raw, SECURITY_HEADERS, Array.isArray(lastId) ? lastId[0] : lastId);
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

/** A status that is older tells nothing about now. */
const FRESH_MS = 10_000;

function addMetricsRoute(app: FastifyInstance, state: HttpState): void {
  const fresh = () => (state.status !== null && Date.now() - state.status.asOfMs < FRESH_MS ? state.status : null);
  const registry = registryOf(METRICS, state.pipeline, fresh);
  collectDefaultMetrics({ register: registry });
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
