import type { ActionCall } from '../contract/action.ts';
import type { Direction, Waiver } from '../contract/cutover.ts';
import type { Disposition, SluiceError } from '../contract/error.ts';
import type { VerifyRequest } from '../contract/verify.ts';

/**
 * Control: the Unix socket of a running pipeline and its client. One JSON document a line. The server greets, the client
 * asks `{id, method}`, the server answers `{id, ok, ...}`: once for `status`, at every change for `watch`, once when it is
 * done for an action `{id, method, params}`, and before that any number of `{id, progress}`.
 */
export const PROTOCOL = 'sluice-control/1';

/** The server's first line: who holds the socket. */
export interface Greeting {
  readonly protocol: typeof PROTOCOL;
  readonly pipeline: string;
  readonly mode: string;
  readonly pid: number;
  /** Milliseconds since 1970 UTC. */
  readonly startedAtMs: number;
}

export interface StatusRequest {
  readonly id: number;
  readonly method: 'status' | 'watch';
}

export type ActionRequest = { readonly id: number } & ActionCall;

export type Request = StatusRequest | ActionRequest;

/** An error as it crosses the socket; an older process tells no remedy. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly disposition?: Disposition;
}

export type Response =
  | { readonly id: number; readonly ok: true; readonly data: unknown }
  | ({ readonly id: number; readonly ok: false } & Refusal);

/** The request of a line, or null for a line that is none. */
export function parseRequest(line: string): Request | { readonly id: number; readonly unknown: string } | null {
  const value = parseObject(line);
  if (value === null || typeof value['id'] !== 'number' || typeof value['method'] !== 'string') return null;
  const { id, method, params } = value;
  if (method === 'status' || method === 'watch') return { id, method };
  if (!(method in ACTIONS)) return { id, unknown: method };
  const call = ACTIONS[method]?.(isObject(params) ? params : {}) ?? null;
  return call === null ? null : { id, ...call };
}

type ReadCall = (params: Readonly<Record<string, unknown>>) => ActionCall | null;

/** By method: what a request's params say; null when they are none of this method's. */
const ACTIONS: Readonly<Record<string, ReadCall>> = {
  'quarantine.retry': ({ id }) => (typeof id === 'string' ? { method: 'quarantine.retry', params: { id } } : null),
  'quarantine.drop': ({ id }) => (typeof id === 'string' ? { method: 'quarantine.drop', params: { id } } : null),
  'tables.reload': ({ tables }) =>
    tables === 'all' || isTexts(tables) ? { method: 'tables.reload', params: { tables } } : null,
  'tables.repair': ({ database, table, keys }) => {
    if (typeof database !== 'string' || typeof table !== 'string') return null;
    if (!Array.isArray(keys) || !keys.every(isTexts)) return null;
    return { method: 'tables.repair', params: { database, table, keys } };
  },
  verify: ({ tables, restart, repair, mode, timeoutMs, by }) => {
    if (tables !== 'all' && !isTexts(tables)) return null;
    const limitMs = typeof timeoutMs === 'number' ? timeoutMs : null;
    const how: Omit<VerifyRequest, 'tables'> = {
      restart: restart === true,
      repair: repair === true,
      mode: mode === 'pushdown' ? 'pushdown' : 'stream',
      timeoutMs: limitMs,
      by: typeof by === 'string' ? by : '',
    };
    return { method: 'verify', params: { tables: tables === 'all' ? 'all' : tables, ...how } };
  },
  'cutover.plan': ({ direction }) =>
    isDirection(direction) ? { method: 'cutover.plan', params: { direction } } : null,
  'cutover.begin': ({ direction, by, isRehearsal, fences, waivers }) =>
    isDirection(direction) &&
    typeof by === 'string' &&
    typeof isRehearsal === 'boolean' &&
    typeof fences === 'boolean' &&
    isWaivers(waivers)
      ? { method: 'cutover.begin', params: { direction, by, isRehearsal, fences, waivers } }
      : null,
  'cutover.abort': ({ by }) => (typeof by === 'string' ? { method: 'cutover.abort', params: { by } } : null),
  'cutover.confirm': ({ by }) => (typeof by === 'string' ? { method: 'cutover.confirm', params: { by } } : null),
};

function isDirection(value: unknown): value is Direction {
  return value === 'forward' || value === 'back';
}

function isWaivers(value: unknown): value is readonly Waiver[] {
  const isWaiver = (one: unknown) =>
    isObject(one) && ['gate', 'by', 'reason'].every((name) => typeof one[name] === 'string');
  return Array.isArray(value) && value.every(isWaiver);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

export function refusalOf({ code, message, remedy, disposition }: SluiceError): Refusal {
  return { code, message, remedy, disposition };
}

/** What an action tells of itself while it is done; undefined for any other line. */
export function parseProgress(line: string): unknown {
  return parseObject(line)?.['progress'];
}

/** The whole answer; null when the line is none. */
export function parseResponse(line: string): Response | null {
  const value = parseObject(line);
  if (value === null || typeof value['id'] !== 'number') return null;
  const { id, ok, data, code, message, remedy, disposition } = value;
  if (ok === true) return { id, ok, data: data ?? null };
  if (typeof code !== 'string' || typeof message !== 'string') return null;
  return {
    ...{ id, ok: false, code, message },
    ...(typeof remedy === 'string' ? { remedy } : {}),
    ...(isDisposition(disposition) ? { disposition } : {}),
  };
}

function isDisposition(value: unknown): value is Disposition {
  return typeof value === 'string' && ['retry', 'stop', 'resync', 'quarantine'].includes(value);
}

export function parseGreeting(line: string): Greeting | null {
  const value = parseObject(line);
  if (value === null || value['protocol'] !== PROTOCOL) return null;
  const { pipeline, mode, pid, startedAtMs } = value;
  if (typeof pipeline !== 'string' || typeof mode !== 'string') return null;
  if (typeof pid !== 'number' || typeof startedAtMs !== 'number') return null;
  return { protocol: PROTOCOL, pipeline, mode, pid, startedAtMs };
}

/** The data of an answer; null when the line is no answer or a refusal. */
export function parseData(line: string): unknown {
  const response = parseResponse(line);
  return response?.ok ? response.data : null;
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
