import { SluiceError } from '../../contract/error.ts';
import type { Finding } from '../../contract/finding.ts';
import type { PostgresSession, PostgresSettings } from '../../postgres/connection.ts';
import { sqlstateOf } from '../../postgres/sqlstate.ts';
import { canaryOf, dropPostgresCanary, makePostgresCanary, postgresCanary, postgresCanaryLogin } from './canary.ts';
import { Deadline, liftLimit, patiently } from './deadline.ts';
import { fenceError } from './error.ts';
import {
  type Fence,
  type FencePlan,
  type FenceProof,
  type FenceState,
  type FenceTry,
  proofOf,
  type StillRuns,
  stateOf,
} from './fence.ts';
import { KeptSession, onKept } from './kept-session.ts';
import { checkRoleFence, stillRunsOnPostgres } from './postgres-check.ts';
import type { RoleFenceRecord, RoleFenceSettings, RoleTry } from './postgres-record.ts';
import {
  endRoleSessions,
  onPostgres,
  openPostgres,
  preparedTransactions,
  refusePrepared,
  roleSessions,
  roleStatements,
  rolesThat,
  setLogin,
} from './postgres-role.ts';

/** PostgreSQL: the application's roles cannot log in, and nobody is there any more. It stays after a restart. */
export class RoleFence implements Fence<RoleFenceRecord> {
  readonly way = 'roles';
  readonly #settings: RoleFenceSettings;
  /** Of `ready`, for what is done behind the fence. */
  readonly #kept: KeptSession<PostgresSession>;
  /** Of our own role, as `ready` made it. */
  #canaryLogin: PostgresSettings | null = null;

  constructor(settings: RoleFenceSettings) {
    this.#settings = settings;
    this.#kept = new KeptSession(settings.limitMs);
  }

  describe({ roles, database }: RoleFenceRecord): FencePlan {
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND ...`;
    return {
      set: [
        { words: "the application's roles cannot log in", statements: roleStatements(roles, 'NOLOGIN') },
        { words: 'their sessions are ended, whatever they have open', statements: [end] },
        { words: 'no transaction stands prepared', statements: ['SELECT gid FROM pg_prepared_xacts'] },
      ],
      lift: [{ words: 'they can log in again', statements: roleStatements(roles, 'LOGIN') }],
    };
  }

  check(): Promise<readonly Finding[]> {
    return this.#on((session) => checkRoleFence(session, this.#settings));
  }

  stillRuns(): Promise<readonly StillRuns[]> {
    return this.#on((session) => stillRunsOnPostgres(session, this.#settings.roles));
  }

  plan(): Promise<RoleFenceRecord> {
    return this.#on(async (session) => ({
      way: 'roles',
      ...(await identityOf(session)),
      roles: await rolesThat(session, this.#settings.roles, 'log in'),
      canary: this.#settings.tryAs.length === 0 ? canaryOf(this.#settings.login.pipeline) : null,
    }));
  }

  /** Its login is tried once while it may log in: that takes as long as all that `set` does. */
  ready({ canary }: RoleFenceRecord): Promise<void> {
    return this.#surelyKept(async (session) => {
      if (canary !== null) await this.#makeCanary(session, canary);
    });
  }

  /** FENCE_PREPARED, FENCE_SESSION_STAYS, FENCE_TIMEOUT, FENCE_OTHER_SERVER. */
  set(record: RoleFenceRecord): Promise<void> {
    return this.#surelyKept(async (session, deadline) => {
      await refuseOther(session, record);
      const { canary } = record;
      if (canary !== null && (await postgresCanary(session, canary)) === 'none')
        await this.#makeCanary(session, canary);
      await setLogin(session, [...record.roles, ...(canary === null ? [] : [canary])], 'NOLOGIN');
      await endRoleSessions(session, this.#settings.roles, deadline);
      await refusePrepared(session);
    });
  }

  isSet(record: RoleFenceRecord): Promise<FenceState> {
    return this.#onKept(async (session) => {
      await refuseOther(session, record);
      const open = await rolesThat(session, this.#settings.roles, 'log in');
      const sessions = await roleSessions(session, this.#settings.roles);
      const prepared = await preparedTransactions(session);
      return stateOf([
        ...open.map((role) => `${role} can log in`),
        ...sessions.map(({ words }) => `${words} is there`),
        ...prepared.map((gid) => `the transaction ${gid} stands prepared`),
      ]);
    });
  }

  /** INV-152. Looks before it tries: the session of a try that is let in would be told as the application's. */
  async proveHolds(record: RoleFenceRecord): Promise<FenceProof> {
    const { tryAs, limitMs } = this.#settings;
    const { gaps } = await this.isSet(record);
    const tries = tryAs.map((each) => tryRole(each, limitMs));
    if (record.canary !== null) tries.push(this.#tryCanary(record.canary));
    return proofOf(await Promise.all(tries), gaps);
  }

  async loosen(): Promise<void> {}

  /** Our own role is not among those that are kept out. */
  async admit<A>(_: RoleFenceRecord, work: () => Promise<A>): Promise<A> {
    return await work();
  }

  lift(record: RoleFenceRecord): Promise<void> {
    this.#canaryLogin = null;
    const lifted = this.#surelyKept(async (session) => {
      await refuseOther(session, record);
      await setLogin(session, record.roles, 'LOGIN', record.canary === null ? [] : [dropPostgresCanary(record.canary)]);
    }, liftLimit(this.#settings.limitMs));
    return lifted.finally(() => this.#kept.close());
  }

  /** One that pg_hba.conf does not let in would be refused for a reason that proves nothing: it is given up. */
  async #makeCanary(session: PostgresSession, role: string): Promise<void> {
    await makePostgresCanary(session, role);
    if ((await postgresCanary(session, role)) === 'nologin') return;
    const login = await postgresCanaryLogin(session, role, this.#settings.login);
    const { outcome } = await tryRole({ name: role, login }, this.#settings.limitMs);
    if (outcome === 'passed') this.#canaryLogin = login;
    else await session.query(dropPostgresCanary(role));
  }

  /** By the password of `ready`, unless somebody has given the role another one since: that refusal would prove nothing. */
  async #tryCanary(role: string): Promise<FenceTry> {
    const login = this.#canaryLogin;
    const tried = login && (await tryRole({ name: role, login }, this.#settings.limitMs));
    return tried === null || tried.outcome === 'unclear' ? await this.#tryAnew(role) : tried;
  }

  #tryAnew(role: string): Promise<FenceTry> {
    return this.#on(async (session) => {
      if ((await postgresCanary(session, role)) === 'none') return noCanary(role);
      const login = await postgresCanaryLogin(session, role, this.#settings.login);
      return await tryRole({ name: role, login }, this.#settings.limitMs);
    });
  }

  #surelyKept<A>(
    work: (session: PostgresSession, deadline: Deadline) => Promise<A>,
    limitMs = this.#settings.limitMs,
  ): Promise<A> {
    const deadline = new Deadline(limitMs);
    return patiently(deadline, () => this.#onKept(work, deadline));
  }

  #onKept<A>(
    work: (session: PostgresSession, deadline: Deadline) => Promise<A>,
    deadline = new Deadline(this.#settings.limitMs),
  ): Promise<A> {
    const open = () => openPostgres(this.#settings.login, deadline);
    return onKept(this.#kept, open, deadline, (session) => work(session, deadline));
  }

  #on<A>(
    work: (session: PostgresSession, deadline: Deadline) => Promise<A>,
    deadline = new Deadline(this.#settings.limitMs),
  ): Promise<A> {
    return onPostgres(this.#settings.login, deadline, (session) => work(session, deadline));
  }
}

function noCanary(role: string): FenceTry {
  const answer = 'pg_hba.conf does not let a role of ours in: give a login of the application';
  return { as: role, what: 'log in', outcome: 'unclear', answer };
}

async function identityOf(session: PostgresSession): Promise<{ server: string; database: string }> {
  const { rows } = await session.query(
    'SELECT system_identifier AS server, current_database() AS database FROM pg_control_system()',
  );
  return { server: rows[0]?.['server'] ?? '', database: rows[0]?.['database'] ?? '' };
}

async function refuseOther(session: PostgresSession, record: RoleFenceRecord): Promise<void> {
  const { server, database } = await identityOf(session);
  if (server === record.server && database === record.database) return;
  const message = `the fence was planned on ${record.server}/${record.database}, and this is ${server}/${database}`;
  throw fenceError('FENCE_OTHER_SERVER', message);
}

/** 28000: the role is not permitted to log in. Another refusal (a wrong password is 28P01) would prove nothing. */
async function tryRole({ name, login }: RoleTry, limitMs: number): Promise<FenceTry> {
  const what = 'log in';
  try {
    await onPostgres(login, new Deadline(limitMs), async () => {});
    return { as: name, what, outcome: 'passed', answer: 'the server let it in' };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { as: name, what, outcome: sqlstateOf(error) === '28000' ? 'refused' : 'unclear', answer: error.message };
  }
}
