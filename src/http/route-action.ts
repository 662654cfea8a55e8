import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isRecorded, type PipelineActions } from '../contract/action.ts';
import { ASKED_BY_PATTERN, REASON_PATTERN } from '../contract/asked-by.ts';
import type { CutoverRequest } from '../contract/cutover.ts';
import type { EndingRequest } from '../contract/ending.ts';
import { SluiceError } from '../contract/error.ts';
import { HttpProblem, problemOf } from './problem.ts';
import type { HttpState } from './server.ts';
import { checkToken, hasToken } from './token.ts';

const ACTIONS_A_MINUTE = 30;

const ROWS = { type: ['integer', 'null'], minimum: 1, maximum: 999_999_999 } as const;
const ID = { type: 'string', pattern: '^([0-9]{1,19}|all)$' } as const;
const CONFIRM = { type: 'string', maxLength: 100 } as const;

const DIRECTION = { enum: ['forward', 'back'] } as const;
const BY = { type: 'string', pattern: ASKED_BY_PATTERN } as const;
const WAIVER = {
  type: 'object',
  properties: {
    gate: { type: 'string', minLength: 1, maxLength: 100 },
    by: BY,
    reason: { type: 'string', pattern: REASON_PATTERN },
  },
  required: ['gate', 'by', 'reason'],
  additionalProperties: false,
} as const;

const TABLES = {
  anyOf: [{ const: 'all' }, { type: 'array', minItems: 1, maxItems: 1_000, items: { type: 'string' } }],
} as const;
/** What `sluice complete` takes as flags; one that is not given is not set. */
const ENDING = {
  without: { type: 'array', maxItems: 2, uniqueItems: true, items: { enum: ['source', 'target'] } },
  leavesBehind: { type: 'boolean' },
  keepsTopics: { type: 'boolean' },
  dropsAccounts: { type: 'boolean' },
  by: BY,
} as const;

interface Asked extends Partial<CutoverRequest>, Partial<Omit<EndingRequest, 'by'>> {
  readonly id?: string;
  readonly tables?: readonly string[] | 'all';
  readonly confirm?: string;
  readonly rowsPerSecond?: number | null;
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
/** Whoever gives a name means this pipeline and no other. */
const WHEN_GIVEN = ({ confirm }: Asked) => confirm !== undefined;

/** The same that the control socket does, one route each. */
const ACTS: readonly Act[] = [
  {
    path: '/api/v1/quarantine/retry',
    schema: body({ id: ID, by: BY }, ['id', 'by']),
    needsName: NEVER,
    run: ({ quarantine }, { id = '' }) => quarantine?.retry(id) ?? null,
  },
  {
    path: '/api/v1/quarantine/drop',
    schema: body({ id: ID, confirm: CONFIRM, by: BY }, ['id', 'confirm', 'by']),
    needsName: ALWAYS,
    run: ({ quarantine }, { id = '' }) => quarantine?.drop(id) ?? null,
  },
  {
    path: '/api/v1/tables/reload',
    schema: body({ tables: TABLES, confirm: CONFIRM, by: BY }, ['tables', 'confirm', 'by']),
    needsName: ALWAYS,
    run: ({ tables }, asked) => tables?.reload(asked.tables ?? []) ?? null,
  },
  {
    path: '/api/v1/pause',
    schema: body({ by: BY }, ['by']),
    needsName: NEVER,
    run: ({ pace }, { by = '' }) => pace?.pause(by) ?? null,
  },
  {
    path: '/api/v1/resume',
    schema: body({ by: BY }, ['by']),
    needsName: NEVER,
    run: ({ pace }, { by = '' }) => pace?.resume(by) ?? null,
  },
  {
    path: '/api/v1/throttle',
    schema: body({ rowsPerSecond: ROWS, by: BY }, ['rowsPerSecond', 'by']),
    needsName: NEVER,
    run: ({ pace }, { rowsPerSecond = null, by = '' }) => pace?.throttle(rowsPerSecond, by) ?? null,
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
  {
    path: '/api/v1/way-back/retry',
    schema: body({ id: ID, by: BY }, ['id', 'by']),
    needsName: NEVER,
    run: ({ wayBack }, { id = '' }) => wayBack?.retry(id) ?? null,
  },
  {
    path: '/api/v1/way-back/drop',
    schema: body({ id: ID, confirm: CONFIRM, by: BY }, ['id', 'confirm', 'by']),
    needsName: ALWAYS,
    run: ({ wayBack }, { id = '' }) => wayBack?.drop(id) ?? null,
  },
  {
    path: '/api/v1/way-back/accept',
    schema: body({ tables: TABLES, confirm: CONFIRM, by: BY }, ['tables', 'by']),
    needsName: WHEN_GIVEN,
    run: ({ shapes }, { tables = [] }) => shapes?.accept(tables).then((accepted) => ({ tables: accepted })) ?? null,
  },
  {
    path: '/api/v1/complete/plan',
    schema: body(ENDING, ['by']),
    needsName: NEVER,
    run: ({ ending }, asked) => ending?.plan(completion(asked)) ?? null,
  },
  {
    path: '/api/v1/complete',
    schema: body({ ...ENDING, confirm: CONFIRM }, ['by', 'confirm']),
    needsName: ALWAYS,
    run: ({ ending }, asked) => ending?.run(completion(asked)) ?? null,
  },
];

function completion({
  by = '',
  without = [],
  leavesBehind = false,
  keepsTopics = false,
  dropsAccounts = false,
}: Asked): EndingRequest {
  return { kind: 'complete', by, without, leavesBehind, keepsTopics, dropsData: false, dropsAccounts };
}

/** Everything that changes something: with the token, from our own page or from no page (INV-163). */
export function addActionRoutes(app: FastifyInstance, state: HttpState): void {
  // Whoever guesses, from behind the same proxy even, uses up nothing of who has the token.
  const keyGenerator = async ({ ip, headers }: FastifyRequest) =>
    `${ip} ${(await hasToken(state.tokenFile, headers.authorization)) ? 'known' : 'unknown'}`;
  for (const act of ACTS) {
    app.post<{ Body: Asked }>(
      act.path,
      {
        schema: act.schema,
        config: { rateLimit: { max: ACTIONS_A_MINUTE, timeWindow: '1 minute', keyGenerator } },
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
  const { actions } = state;
  const { confirm: _, ...what } = asked;
  const action = act.path.slice('/api/v1/'.length).replace('/', '.');
  const by = asked.by ?? null;
  const recorded = isRecorded(action) ? actions?.record?.({ action, by, via: ip, params: what }) : undefined;
  const tell = await recorded;
  const done = actions === null ? null : act.run(actions, asked);
  if (done === null) {
    tell?.({ outcome: 'not done', code: 'HTTP_NOT_READY' });
    const detail = 'this process does not do that, or not yet';
    throw new HttpProblem(
      503,
      'HTTP_NOT_READY',
      detail,
      'Ask again in a moment, or ask the other half of the pipeline.',
    );
  }
  try {
    const result = await done;
    tell?.({ outcome: 'done' });
    state.logger.info({ action: act.path, from: ip, ...what }, 'done as asked over HTTP');
    return result;
  } catch (error) {
    const { code } = problemOf(error);
    tell?.({ outcome: 'not done', code });
    state.logger.warn({ action: act.path, from: ip, code, ...what }, 'asked over HTTP and not done');
    if (!(error instanceof SluiceError)) state.logger.error({ error }, 'a fault of the program');
    throw error;
  }
}

function body(properties: object, required: readonly string[]): object {
  return { body: { type: 'object', properties, required, additionalProperties: false } };
}
