import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PipelineActions } from '../contract/action.ts';
import type { CutoverRequest } from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import { HttpProblem, problemOf } from './problem.ts';
import type { HttpState } from './server.ts';
import { checkToken } from './token.ts';

const ACTIONS_A_MINUTE = 30;

const ID = { type: 'string', pattern: '^([0-9]{1,19}|all)$' } as const;
const CONFIRM = { type: 'string', maxLength: 100 } as const;

const DIRECTION = { enum: ['forward', 'back'] } as const;
const BY = { type: 'string', minLength: 1, maxLength: 100 } as const;
const WAIVER = {
  type: 'object',
  properties: { gate: BY, by: BY, reason: { type: 'string', minLength: 1, maxLength: 500 } },
  required: ['gate', 'by', 'reason'],
  additionalProperties: false,
} as const;

interface Asked extends Partial<CutoverRequest> {
  readonly id?: string;
  readonly tables?: readonly string[] | 'all';
  readonly confirm?: string;
}

interface Act {
  readonly path: string;
  readonly schema: object;
  /** What cannot be taken back is asked for with the pipeline's name. */
  readonly needsName: (asked: Asked) => boolean;
  /** null: this process does not do such things. */
  readonly run: (actions: PipelineActions, asked: Asked) => Promise<unknown> | null;
}

const ALWAYS = () => true;
const NEVER = () => false;

/** The same that the control socket does, one route each. */
const ACTS: readonly Act[] = [
  {
    path: '/api/v1/quarantine/retry',
    schema: body({ id: ID }, ['id']),
    needsName: NEVER,
    run: ({ quarantine }, { id = '' }) => quarantine?.retry(id) ?? null,
  },
  {
    path: '/api/v1/quarantine/drop',
    schema: body({ id: ID, confirm: CONFIRM }, ['id', 'confirm']),
    needsName: ALWAYS,
    run: ({ quarantine }, { id = '' }) => quarantine?.drop(id) ?? null,
  },
  {
    path: '/api/v1/tables/reload',
    schema: body(
      {
        tables: {
          anyOf: [{ const: 'all' }, { type: 'array', minItems: 1, maxItems: 1_000, items: { type: 'string' } }],
        },
        confirm: CONFIRM,
      },
      ['tables', 'confirm'],
    ),
    needsName: ALWAYS,
    run: ({ tables }, asked) => tables?.reload(asked.tables ?? []) ?? null,
  },
  {
    path: '/api/v1/cutover/plan',
    schema: body({ direction: DIRECTION }, ['direction']),
    needsName: NEVER,
    run: ({ cutover }, { direction = 'forward' }) => cutover?.plan(direction) ?? null,
  },
  {
    path: '/api/v1/cutover/begin',
    schema: body(
      {
        direction: DIRECTION,
        by: BY,
        isRehearsal: { type: 'boolean' },
        fences: { type: 'boolean' },
        waivers: { type: 'array', maxItems: 100, items: WAIVER },
        confirm: CONFIRM,
      },
      ['direction', 'by', 'isRehearsal', 'fences', 'waivers'],
    ),
    // Only a rehearsal without its fence is nothing that the application would notice.
    needsName: ({ isRehearsal, fences }) => isRehearsal !== true || fences !== false,
    run: ({ cutover }, { direction = 'forward', by = '', isRehearsal = false, fences = true, waivers = [] }) =>
      cutover?.begin({ direction, by, isRehearsal, fences, waivers }) ?? null,
  },
  {
    path: '/api/v1/cutover/abort',
    schema: body({ by: BY }, ['by']),
    needsName: NEVER,
    run: ({ cutover }, { by = '' }) => cutover?.abort(by) ?? null,
  },
  {
    path: '/api/v1/cutover/confirm',
    schema: body({ by: BY }, ['by']),
    needsName: NEVER,
    run: ({ cutover }, { by = '' }) => cutover?.confirm(by) ?? null,
  },
];

/** Everything that changes something: with the token, from our own page or from no page (INV-163). */
export function addActionRoutes(app: FastifyInstance, state: HttpState): void {
  for (const act of ACTS) {
    app.post<{ Body: Asked }>(
      act.path,
      {
        schema: act.schema,
        config: { rateLimit: { max: ACTIONS_A_MINUTE, timeWindow: '1 minute' } },
        // After the limit, so that guesses count, and before the body: who has no token has nothing read.
        preParsing: async ({ headers }) => await checkToken(state.tokenFile, headers.authorization),
      },
      async (request) => await perform(act, request, state),
    );
  }
}

async function perform(act: Act, request: FastifyRequest<{ Body: Asked }>, state: HttpState): Promise<unknown> {
  const { body: asked, ip } = request;
  if (act.needsName(asked) && asked.confirm !== state.pipeline) {
    const remedy = `Send {"confirm": ${JSON.stringify(state.pipeline)}} with it.`;
    throw new HttpProblem(409, 'HTTP_NOT_CONFIRMED', "this asks for the pipeline's name, which was not given", remedy);
  }
  const done = state.actions === null ? null : act.run(state.actions, asked);
  if (done === null) {
    const detail = 'this process does not do that, or not yet';
    throw new HttpProblem(
      503,
      'HTTP_NOT_READY',
      detail,
      'Ask again in a moment, or ask the other half of the pipeline.',
    );
  }
  const { confirm: _, ...what } = asked;
  try {
    const result = await done;
    state.logger.info({ action: act.path, from: ip, ...what }, 'done as asked over HTTP');
    return result;
  } catch (error) {
    const { code } = problemOf(error);
    state.logger.warn({ action: act.path, from: ip, code, ...what }, 'asked over HTTP and not done');
    if (!(error instanceof SluiceError)) state.logger.error({ error }, 'a fault of the program');
    throw error;
  }
}

function body(properties: object, required: readonly string[]): object {
  return { body: { type: 'object', properties, required, additionalProperties: false } };
}
