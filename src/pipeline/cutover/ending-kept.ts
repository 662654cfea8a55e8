import type { Config } from '../../config/config.ts';
import type { EndingRequest, Kept } from '../../contract/ending.ts';
import type { Attempt } from '../../cutover/journal.ts';
import type { StepRecord } from '../../cutover/step.ts';
import { quoteAccount } from '../../mysql/identifier.ts';
import { quoteIdent, quoteLiteral } from '../../postgres/quote.ts';
import { canDropAccount, standingAccounts } from '../remains/account.ts';
import { removalSite } from '../remains/remains.ts';
import { onTarget } from '../remains/target.ts';
import type { Standing } from './ending-gate.ts';
import { sourceFence } from './switch-fence.ts';

/** What stays, and why; with the statements for whoever wants it otherwise. */
export async function keptOf(
  config: Config,
  request: EndingRequest,
  standing: Standing | null,
): Promise<readonly Kept[]> {
  return [
    ...fenceKept(config, request, standing),
    ...dataKept(request),
    ...topicsKept(config, request),
    ...(await accountsKept(config, request, standing)),
    { what: 'backups, and the files beside those that a flip changed', why: 'they are yours', statements: [] },
  ];
}

/**
 * After `complete` the old database stays closed: what is written there would be on neither side that anybody reads, and
 * no stream carries it over any more.
 */
function fenceKept(config: Config, { kind, without }: EndingRequest, standing: Standing | null): readonly Kept[] {
  // Refused: the application writes there.
  if (kind === 'complete' && standing?.side === 'source') return [];
  if (kind === 'complete')
    return [
      {
        what: 'the source refuses writes, as since the cutover',
        why: 'nobody shall write to the old database by mistake; to open it all the same:',
        statements: liftOf(config, standing?.cutover ?? null),
      },
    ];
  if (without.includes('target'))
    return [
      {
        what: 'the source, whether a fence of ours has closed it or not',
        why: 'the journal is on the target; if it refuses writes, and nobody else has made it so:',
        statements: ['SET GLOBAL read_only = OFF', 'ALTER USER ... ACCOUNT UNLOCK /* each that is locked */'],
      },
    ];
  const isLeft = standing?.last?.isOver === false && without.includes('source');
  if (!isLeft) return [];
  return [
    {
      what: 'the fence of a switch that was not finished, on the source',
      why: 'the source was not asked; to open it:',
      statements: liftOf(config, standing?.last ?? null),
    },
  ];
}

function liftOf(config: Config, attempt: Attempt | null): readonly string[] {
  const record = fencedBy(attempt);
  if (record === null) return [];
  return sourceFence(config)
    .describe(record)
    .lift.flatMap(({ statements }) => statements);
}

function fencedBy(attempt: Attempt | null): StepRecord | null {
  return attempt?.steps.find(({ name }) => name === 'fence')?.record ?? null;
}

function dataKept({ kind, dropsData }: EndingRequest): readonly Kept[] {
  if (dropsData) return [];
  const why = kind === 'complete' ? 'the application lives there' : 'to drop them: --drop-data';
  return [{ what: 'the tables of the target with their rows', why, statements: [] }];
}

function topicsKept({ log }: Config, { keepsTopics }: EndingRequest): readonly Kept[] {
  if (log.kind !== 'kafka') return [];
  const kept: Kept[] = [];
  if (keepsTopics) kept.push({ what: 'the topics of Kafka', why: 'as you said', statements: [] });
  if (log.registry !== null)
    kept.push({
      what: `subjects of the schema registry under ${log.topicPrefix}`,
      why: 'who has copied records needs their schemas',
      statements: [],
    });
  return kept;
}

/** Whoever made an account knows what else uses it. Those of administrators were not made for us. */
async function accountsKept(
  config: Config,
  request: EndingRequest,
  standing: Standing | null,
): Promise<readonly Kept[]> {
  const role = await ownRole(config, request.without.includes('target'));
  const onTarget =
    role === null ? [] : [`REASSIGN OWNED BY ${role} TO CURRENT_USER`, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`];
  const unlocks = isEverybodyLocked(config, request, standing) ? UNLOCK_FIRST : '';
  return [...account('source', await sourceDrops(config, request), unlocks), ...account('target', onTarget)];
}

/** A source that is lost is not asked: then they are told as they are likely to be. */
async function sourceDrops(config: Config, { without, dropsAccounts }: EndingRequest): Promise<readonly string[]> {
  const { source } = config;
  const users = new Set([source.url.user, ...(source.adminUrl === null ? [] : [source.adminUrl.user])]);
  users.delete('root');
  if (dropsAccounts && canDropAccount(config)) users.delete(source.url.user);
  const likely = { accounts: [...users].map((user) => quoteAccount(user, '%')), isClosed: false };
  const asked = users.size > 0 && !without.includes('source');
  const { accounts, isClosed } = asked ? await standingAccounts(removalSite(config), [...users]) : likely;
  const drops = accounts.map((one) => `DROP USER IF EXISTS ${one}`);
  if (!isClosed || drops.length === 0) return drops;
  return ['SET GLOBAL super_read_only = OFF', ...drops, 'SET GLOBAL super_read_only = ON'];
}

const UNLOCK_FIRST = 'the fence has locked every account but ours: unlock your own before you drop these; ';

/** Whoever drops our accounts then could not log in any more, and nobody else could. */
function isEverybodyLocked(config: Config, { kind }: EndingRequest, standing: Standing | null): boolean {
  const record = kind === 'complete' ? fencedBy(standing?.cutover ?? null) : null;
  const locked = record?.['accounts'];
  return Array.isArray(locked) && locked.length > 0 && config.cutover.keepAccounts.length === 0;
}

function account(side: 'source' | 'target', statements: readonly string[], first = ''): readonly Kept[] {
  if (statements.length === 0) return [];
  const why = `${first}we cannot drop the account that we are; as an administrator, where nothing else uses it:`;
  return [{ what: `the account of sluice on the ${side}`, why, statements }];
}

/** null: a superuser. */
async function ownRole(config: Config, isLost: boolean): Promise<string | null> {
  const { user } = config.target.url;
  if (isLost) return quoteIdent(user);
  const sql = `SELECT rolsuper::text AS super FROM pg_roles WHERE rolname = ${quoteLiteral(user)}`;
  const { rows } = await onTarget(removalSite(config), (session) => session.query(sql));
  return rows[0]?.['super'] === 'true' ? null : quoteIdent(user);
}
