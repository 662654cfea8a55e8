import { SluiceError } from '../../contract/error.ts';
import { type Finding, finding } from '../../contract/finding.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { arrayText, quoteIdent } from '../../postgres/quote.ts';
import { sqlstateOf } from '../../postgres/sqlstate.ts';
import { canaryOf } from './canary.ts';
import { Deadline } from './deadline.ts';
import type { StillRuns } from './fence.ts';
import { grantStatement, grants } from './grant.ts';
import type { RoleFenceSettings } from './postgres-record.ts';
import { onPostgres, preparedDecisions, preparedTransactions, roleSessions, roleStatements } from './postgres-role.ts';

/** Everything that speaks against closing these roles out, each with its cure. */
export async function checkRoleFence(
  session: PostgresSession,
  settings: RoleFenceSettings,
): Promise<readonly Finding[]> {
  const prepared = await preparedTransactions(session);
  return [
    ...(await checkRoles(session, settings.roles)),
    ...(await checkSignal(session)),
    ...prepared.map((gid) => {
      const message = `the transaction ${gid} stands prepared, and could be committed behind the fence`;
      return finding('blocker', 'FENCE_PREPARED', 'target', message, ...preparedDecisions(gid));
    }),
    ...(await passers(session, settings.roles)).map(([who, why]) =>
      finding('warning', 'FENCE_CAN_PASS', 'target', `${who} can write behind the fence: ${why}`),
    ),
    ...(await checkTries(settings)),
  ];
}

async function checkRoles(session: PostgresSession, roles: readonly string[]): Promise<readonly Finding[]> {
  const { rows } = await session.query('SELECT rolname, rolsuper FROM pg_roles WHERE rolname = ANY ($1)', [
    arrayText(roles),
  ]);
  const isSuper = new Map(rows.map(({ rolname, rolsuper }) => [rolname, rolsuper === 't']));
  const findings: Finding[] = [];
  for (const role of roles) {
    const problem = await checkRole(session, role, isSuper.get(role));
    if (problem !== null) findings.push(problem);
  }
  return findings;
}

async function checkRole(
  session: PostgresSession,
  role: string,
  isSuper: boolean | undefined,
): Promise<Finding | null> {
  if (isSuper === undefined) return finding('blocker', 'FENCE_ROLE_UNKNOWN', role, `there is no role ${role}`);
  if (await mayAlter(session, role)) return null;
  const self = quoteIdent((await session.query('SELECT current_user')).rows[0]?.['current_user'] ?? '');
  const message = isSuper ? `${role} is a superuser: only one can close it out` : `${self} may not alter ${role}`;
  const cure = isSuper
    ? [`ALTER ROLE ${quoteIdent(role)} NOSUPERUSER`]
    : [`ALTER ROLE ${self} CREATEROLE`, `GRANT ${quoteIdent(role)} TO ${self} WITH ADMIN OPTION`];
  return finding('blocker', 'FENCE_RIGHT_MISSING', role, message, ...cure);
}

/** Tried, and rolled back: the rule has changed with PostgreSQL 16. */
async function mayAlter(session: PostgresSession, role: string): Promise<boolean> {
  await session.query('BEGIN');
  try {
    await session.query(roleStatements([role], 'NOLOGIN').join(';'));
    return true;
  } catch (error) {
    if (sqlstateOf(error) === '42501') return false;
    throw error;
  } finally {
    await session.query('ROLLBACK');
  }
}

async function checkSignal(session: PostgresSession): Promise<readonly Finding[]> {
  const { rows } = await session.query(
    `SELECT current_user AS self, pg_has_role('pg_signal_backend', 'MEMBER') OR
(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS may`,
  );
  if (rows[0]?.['may'] === 't') return [];
  const self = quoteIdent(rows[0]?.['self'] ?? '');
  const needed = grants('roles', 'postgres').filter(({ right }) => right === 'pg_signal_backend');
  return needed.map((grant) => {
    const message = `${self} lacks ${grant.right}, which ${grant.why}`;
    return finding('blocker', 'FENCE_RIGHT_MISSING', 'target', message, grantStatement(grant, self, ''));
  });
}

/** A login that does not work now would be refused then for a reason that proves nothing. */
async function checkTries({ tryAs, limitMs, login: ours }: RoleFenceSettings): Promise<readonly Finding[]> {
  if (tryAs.length === 0) {
    const message = `no login of the application is given: a role of our own, ${canaryOf(ours.pipeline)}, is made, closed out and tried`;
    return [finding('information', 'FENCE_TRY_LOGIN', 'target', message)];
  }
  const findings: Finding[] = [];
  for (const { name, login } of tryAs) {
    try {
      await onPostgres(login, new Deadline(limitMs), async () => {});
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      findings.push(finding('blocker', 'FENCE_TRY_LOGIN', name, error.message, error.remedy));
    }
  }
  return findings;
}

/** Superusers, and roles that may become one of those that are closed out; we ourselves are meant to pass. */
async function passers(
  session: PostgresSession,
  roles: readonly string[],
): Promise<readonly (readonly [string, string])[]> {
  const { rows } = await session.query(
    `SELECT rolname, rolsuper, (SELECT string_agg(c.rolname, ', ') FROM pg_roles AS c
  WHERE c.rolname = ANY ($1) AND pg_has_role(r.oid, c.oid, 'MEMBER')) AS closed
FROM pg_roles AS r WHERE rolcanlogin AND rolname <> ALL ($1) AND rolname <> session_user ORDER BY rolname`,
    [arrayText(roles)],
  );
  return rows.flatMap(({ rolname, rolsuper, closed }): readonly (readonly [string, string])[] => {
    if (rolsuper === 't') return [[rolname ?? '', 'it is a superuser']];
    return closed === null || closed === undefined ? [] : [[rolname ?? '', `it may become ${closed}`]];
  });
}

/** Sessions, prepared transactions, subscriptions and jobs of pg_cron in this database, and who can pass. */
export async function stillRunsOnPostgres(
  session: PostgresSession,
  roles: readonly string[],
): Promise<readonly StillRuns[]> {
  const runs = (kind: StillRuns['kind'], who: string, text: string): StillRuns => ({ kind, who, text });
  return [
    ...(await roleSessions(session, roles)).map(({ pid, words }) => runs('session', pid, words)),
    ...(await preparedTransactions(session)).map((gid) => runs('xa', gid, `the transaction ${gid} stands prepared`)),
    ...(await subscriptions(session)).map((name) => runs('subscription', name, `subscription ${name} writes here`)),
    ...(await cronJobs(session)).map((name) => runs('event', name, `job ${name} of pg_cron`)),
    ...(await passers(session, roles)).map(([who, why]) => runs('account', who, `${who}: ${why}`)),
  ];
}

async function subscriptions(session: PostgresSession): Promise<readonly string[]> {
  const { rows } = await session.query(
    `SELECT subname FROM pg_subscription WHERE subenabled
AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1`,
  );
  return rows.map(({ subname }) => subname ?? '');
}

async function cronJobs(session: PostgresSession): Promise<readonly string[]> {
  const { rows } = await session.query("SELECT to_regclass('cron.job') IS NOT NULL AS there");
  if (rows[0]?.['there'] !== 't') return [];
  const jobs = await session.query(
    'SELECT jobid, username FROM cron.job WHERE active AND database = current_database() ORDER BY jobid',
  );
  return jobs.rows.map(({ jobid, username }) => `${jobid} as ${username}`);
}
