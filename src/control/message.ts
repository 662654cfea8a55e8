/**
 * Control: the Unix socket of a running pipeline and its client. One JSON document a line. The server greets, the client
 * asks `{id, method}`, the server answers `{id, ok, ...}`: once for `status`, at every change for `watch`.
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

export interface Request {
  readonly id: number;
  readonly method: 'status' | 'watch';
}

export type Response =
  | { readonly id: number; readonly ok: true; readonly data: unknown }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string };

/** The request of a line, or null for a line that is none. */
export function parseRequest(line: string): Request | { readonly id: number; readonly unknown: string } | null {
  const value = parseObject(line);
  if (value === null || typeof value['id'] !== 'number' || typeof value['method'] !== 'string') return null;
  const { id, method } = value;
  return method === 'status' || method === 'watch' ? { id, method } : { id, unknown: method };
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
  const value = parseObject(line);
  return value?.['ok'] === true ? (value['data'] ?? null) : null;
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
