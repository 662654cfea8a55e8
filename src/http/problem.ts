import { SluiceError } from '../contract/error.ts';

/** RFC 9457, with the stable code and the remedy that every error of ours has. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly remedy: string;
}

export const PROBLEM_TYPE = 'application/problem+json';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Token needed',
  403: 'Refused',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Not possible now',
  408: 'Too slow',
  413: 'Too large',
  415: 'Not JSON',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'A fault of the program',
  503: 'Not ready',
};

function problem(status: number, code: string, detail: string, remedy: string): Problem {
  return { type: `urn:sluice:error:${code}`, title: TITLES[status] ?? 'Error', status, detail, code, remedy };
}

/** Thrown by a route or a hook. */
export class HttpProblem extends Error {
  readonly problem: Problem;
  /** When it may be worth asking again, for `Retry-After`; null: nobody knows. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, code: string, detail: string, remedy: string, retryAfterSeconds: number | null = null) {
    super(detail);
    this.problem = problem(status, code, detail, remedy);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What an error becomes outside; the text of one that is not ours may hold anything, so it stays here. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HttpProblem) return error.problem;
  if (error instanceof SluiceError) {
    const status = error.disposition === 'retry' ? 503 : 409;
    return problem(status, error.code, error.message, error.remedy);
  }
  const status = statusCodeOf(error);
  if (status < 500) return problem(status, 'HTTP_BAD_REQUEST', messageOf(error), 'See /api/v1/openapi.yaml.');
  return problem(500, 'HTTP_FAULT', 'the request could not be answered, by a fault of the program', 'See its log.');
}

/** What could not be read as HTTP, by Node's code of it. */
export function unreadable(code: string | undefined): Problem {
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  return problem(status, 'HTTP_BAD_REQUEST', 'this could not be read as HTTP', 'See /api/v1/openapi.yaml.');
}

/** Fastify's own refusals carry their status; their texts name the request's parts, never a value of ours. */
function statusCodeOf(error: unknown): number {
  const code = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return code >= 400 && code < 500 ? code : 500;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'bad request';
}
