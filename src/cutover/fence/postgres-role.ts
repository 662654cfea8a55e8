import { connectPostgres, type PostgresSession, type PostgresSettings } from '../../postgres/connection.ts';
import { arrayText, quoteIdent, quoteLiteral } from '../../postgres/quote.ts';
import { type Deadline, until, within } from './deadline.ts';
import { fenceError } from './error.ts';

/** Runs `work` in a session whose statements wait for locks one second at most. */
export function onPostgres<A>(
  login: PostgresSettings,
  deadline: Deadline,
  work: (session: PostgresSession) => Promise<A>,
): Promise<A> {
  // close() gives up by itself on a server that is silent; nobody waits for it here.
  return within(
    deadline,
    () => openPostgres(login, deadline),
    work,
    (session) => void session.close(),
  );
}

export function openPostgres(login: PostgresSettings, { limitMs }: Deadline): Promise<PostgresSession> {
  const connectTimeoutMs = Math.min(login.connectTimeoutMs ?? 15_000, limitMs);
  return connectPostgres({ ...login, connectTimeoutMs, lockTimeoutMs: 1_000 });
}

export function roleStatements(roles: readonly string[], login: 'LOGIN' | 'NOLOGIN'): readonly string[] {
  return roles.map((role) => `ALTER ROLE ${quoteIdent(role)} ${login}`);
}

/** Those of `roles` that are there and can log in, or cannot. */
export async function rolesThat(
  session: PostgresSession,
  roles: readonly string[],
  can: 'log in' | 'not log in',
): Promise<readonly string[]> {
  const { rows } = await session.query(
    'SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND rolcanlogin = $2 ORDER BY 1',
    [arrayText(roles), can === 'log in' ? 'true' : 'false'],
  );
  return rows.map(({ rolname }) => rolname ?? '');
}

/** Sets LOGIN or NOLOGIN where it is not so yet, all in one transaction with `more`. */
export async function setLogin(
  session: PostgresSession,
  roles: readonly string[],
  login: 'LOGIN' | 'NOLOGIN',
  more: readonly string[] = [],
): Promise<void> {
  const changed = await rolesThat(session, roles, login === 'LOGIN' ? 'not log in' : 'log in');
  const statements = [...more, ...roleStatements(changed, login)];
  if (statements.length > 0) await session.query(statements.join('; '));
}

export interface RoleSession {
  readonly pid: string;
  readonly words: string;
}

/** Of these roles in this database; who may not see what others do still sees whose they are. */
export async function roleSessions(
  session: PostgresSession,
  roles: readonly string[],
): Promise<readonly RoleSession[]> {
  const { rows } = await session.query(
    `SELECT pid, usename, coalesce(host(client_addr), 'local') AS host, coalesce(state, 'unknown') AS state
FROM pg_stat_activity WHERE usename = ANY ($1) AND datname = current_database() AND pid <> pg_backend_pid() ORDER BY pid`,
    [arrayText(roles)],
  );
  return rows.map(({ pid, usename, host, state }) => ({
    pid: pid ?? '',
    words: `session ${pid} of ${usename} from ${host} (${state})`,
  }));
}

/** Everybody waits meanwhile. */
const LONGEST_PAUSE_MS = 20;

/** Tells their sessions to end until none is left in two looks, one after the other. FENCE_SESSION_STAYS. */
export async function endRoleSessions(
  session: PostgresSession,
  roles: readonly string[],
  deadline: Deadline,
): Promise<void> {
  let left: readonly RoleSession[] = [];
  let cleanLooks = 0;
  const look = async () => {
    left = await roleSessions(session, roles);
    const pids = left.map(({ pid }) => pid);
    if (pids.length > 0)
      await session.query(`SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid`, [arrayText(pids)]);
    cleanLooks = left.length === 0 ? cleanLooks + 1 : 0;
    return cleanLooks === 2;
  };
  const isQuiet = await until(deadline, look, LONGEST_PAUSE_MS);
  const who = left.map(({ words }) => words).join('; ');
  if (!isQuiet) throw fenceError('FENCE_SESSION_STAYS', `${who || 'new sessions'}: told to end, and still there`);
}

/** Names of transactions of this database that stand prepared; any session of their owner can commit them. */
export async function preparedTransactions(session: PostgresSession): Promise<readonly string[]> {
  const { rows } = await session.query(
    'SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared',
  );
  return rows.map(({ gid }) => gid ?? '');
}

export function preparedDecisions(gid: string): readonly string[] {
  return [`COMMIT PREPARED ${quoteLiteral(gid)}`, `ROLLBACK PREPARED ${quoteLiteral(gid)}`];
}

/** FENCE_PREPARED while one stands. */
export async function refusePrepared(session: PostgresSession): Promise<void> {
  const names = (await preparedTransactions(session)).map((gid) => preparedDecisions(gid).join(' or '));
  if (names.length > 0) throw fenceError('FENCE_PREPARED', `transactions stand prepared: ${names.join('; ')}`);
}
