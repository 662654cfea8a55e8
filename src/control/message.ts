import type { ActionCall, RepairCopies, TablesChange } from '../contract/action.ts';
import { ASKED_BY_RULE, isAskedBy, isReason } from '../contract/asked-by.ts';
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
export function parseRequest(line: string): Request | Unread | null {
  const value = parseObject(line);
  if (value === null || typeof value['id'] !== 'number' || typeof value['method'] !== 'string') return null;
  const { id, method, params } = value;
  if (method === 'status' || method === 'watch') return { id, method };
  if (!(method in ACTIONS)) return { id, unknown: method };
  if (isObject(params) && isOddName(params['by'])) return { id, wrong: ASKED_BY_RULE };
  const call = ACTIONS[method]?.(isObject(params) ? params : {}) ?? null;
  return call === null ? null : { id, ...call };
}

/** A request that is understood so far that it can be said what is wrong. */
type Unread = { readonly id: number; readonly unknown: string } | { readonly id: number; readonly wrong: string };

/** Nobody at all is older askers' way to say nothing. */
function isOddName(by: unknown): boolean {
  return by !== undefined && by !== '' && !isAskedBy(by);
}

type ReadCall = (params: Readonly<Record<string, unknown>>) => ActionCall | null;

/** By method: what a request's params say; null when they are none of this method's. */
const ACTIONS: Readonly<Record<string, ReadCall>> = {
  end: () => ({ method: 'end', params: {} }),
  'quarantine.retry': ({ id, by }) =>
    typeof id === 'string' ? { method: 'quarantine.retry', params: { id, ...saidBy(by) } } : null,
  'quarantine.drop': ({ id, by }) =>
    typeof id === 'string' ? { method: 'quarantine.drop', params: { id, ...saidBy(by) } } : null,
  'way-back.retry': ({ id, by }) =>
    typeof id === 'string' ? { method: 'way-back.retry', params: { id, ...saidBy(by) } } : null,
  'way-back.drop': ({ id, by }) =>
    typeof id === 'string' ? { method: 'way-back.drop', params: { id, ...saidBy(by) } } : null,
  pause: ({ by }) => (isAskedBy(by) ? { method: 'pause', params: { by } } : null),
  resume: ({ by }) => (isAskedBy(by) ? { method: 'resume', params: { by } } : null),
  throttle: ({ rowsPerSecond, by }) =>
    isAskedBy(by) && isLimit(rowsPerSecond) ? { method: 'throttle', params: { rowsPerSecond, by } } : null,
  'tables.reload': ({ tables, by }) =>
    tables === 'all' || isTexts(tables) ? { method: 'tables.reload', params: { tables, ...saidBy(by) } } : null,
  'tables.change': ({ act, names, before, after, by }) =>
    (act === 'add' || act === 'remove') && isTexts(names) && isLists(before) && isLists(after)
      ? { method: 'tables.change', params: { act, names, before, after, ...saidBy(by) } }
      : null,
  'tables.repair': ({ database, table, keys, copies }) => {
    if (typeof database !== 'string' || typeof table !== 'string') return null;
    if (!Array.isArray(keys) || !keys.every(isTexts)) return null;
    if (copies !== undefined && !isCopies(copies)) return null;
    return { method: 'tables.repair', params: { database, table, keys, ...(copies && { copies }) } };
  },
  verify: ({ tables, restart, repair, mode, timeoutMs, by }) => {
    if (tables !== 'all' && !isTexts(tables)) return null;
    const limitMs = typeof timeoutMs === 'number' ? timeoutMs : null;
    const how: Omit<VerifyRequest, 'tables'> = {
      restart: restart === true,
      repair: repair === true,
      mode: mode === 'pushdown' ? 'pushdown' : 'stream',
      timeoutMs: limitMs,
      by: isAskedBy(by) ? by : '',
    };
    return { method: 'verify', params: { tables: tables === 'all' ? 'all' : tables, ...how } };
  },
  'cutover.plan': ({ direction }) =>
    isDirection(direction) ? { method: 'cutover.plan', params: { direction } } : null,
  'cutover.begin': ({ direction, by, isRehearsal, fences, waivers }) =>
    isDirection(direction) &&
    isAskedBy(by) &&
    typeof isRehearsal === 'boolean' &&
    typeof fences === 'boolean' &&
    isWaivers(waivers)
      ? { method: 'cutover.begin', params: { direction, by, isRehearsal, fences, waivers } }
      : null,
  'cutover.abort': ({ by }) => (isAskedBy(by) ? { method: 'cutover.abort', params: { by } } : null),
  'cutover.confirm': ({ by }) => (isAskedBy(by) ? { method: 'cutover.confirm', params: { by } } : null),
};

function isLimit(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && value > 0);
}

function isCopies(value: unknown): value is RepairCopies {
  if (typeof value !== 'object' || value === null) return false;
  const { since, fingerprint, more, fewer } = value as Readonly<Record<string, unknown>>;
  const isNamed = (since === null || typeof since === 'string') && typeof fingerprint === 'string';
  return isNamed && isTexts(more) && isTexts(fewer);
}

function saidBy(by: unknown): { readonly by?: string } {
  return isAskedBy(by) ? { by } : {};
}

function isDirection(value: unknown): value is Direction {
  return value === 'forward' || value === 'back';
}

function isWaivers(value: unknown): value is readonly Waiver[] {
  const isWaiver = (one: unknown) =>
    isObject(one) && typeof one['gate'] === 'string' && isAskedBy(one['by']) && isReason(one['reason']);
  return Array.isArray(value) && value.every(isWaiver);
}

function isLists(value: unknown): value is TablesChange['before'] {
  return isObject(value) && isTexts(value['include']) && isTexts(value['exclude']);
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
