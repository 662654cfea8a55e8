import { SluiceError } from '../../contract/error.ts';
import type { Finding } from '../../contract/finding.ts';
import type { MysqlConnection, MysqlSettings } from '../../mysql/connection.ts';
import { readGrants } from '../../mysql/grant.ts';
import { canaryAccount, canaryOf, dropMysqlCanary, makeMysqlCanary, mysqlCanaryLogin } from './canary.ts';
import { Deadline, patiently } from './deadline.ts';
import { fenceError } from './error.ts';
import {
  type Fence,
  type FenceLevel,
  type FencePlan,
  type FenceProof,
  type FenceState,
  proofOf,
  type StillRuns,
  stateOf,
} from './fence.ts';
import { KeptSession, onKept } from './kept-session.ts';
import { keptNames, openAccounts, sessionNames, setLocks } from './mysql-account.ts';
import { checkMysqlFence } from './mysql-check.ts';
import { readGaps } from './mysql-gap.ts';
import { setReadOnly } from './mysql-read-only.ts';
import {
  loosenStatements,
  type MysqlFenceRecord,
  type MysqlFenceSettings,
  planOf,
  restoreStatements,
  stopsScheduler,
  triedLogins,
  triesOwn,
} from './mysql-record.ts';
import { mayKill } from './mysql-right.ts';
import { endSessions, killStatement, onMysql, openMysql } from './mysql-session.ts';
import { stillRunsOnMysql } from './mysql-still-runs.ts';
import { assignment, globals, readVariables } from './mysql-variable.ts';
import { refusePreparedXa } from './prepared-xa.ts';
import { tryWrites } from './try-write.ts';

/**
 * MySQL and MariaDB. The order is the fence (protocols 6): no EVENT starts, nobody logs in, nobody is there any more,
 * no XA transaction is left that a name could commit, and only then the server refuses writes. Accounts come before
 * super_read_only because under it none can be locked (1290).
 */
export class MysqlFence implements Fence<MysqlFenceRecord> {
  readonly #settings: MysqlFenceSettings;
  /** Of `ready`, for what is done behind the fence. */
  readonly #kept: KeptSession<MysqlConnection>;
  #kill: string | null = null;

  constructor(settings: MysqlFenceSettings) {
    this.#settings = settings;
    this.#kept = new KeptSession(settings.limitMs);
  }

  get way(): 'read-only' | 'accounts' {
    return this.#settings.way;
  }

  describe(record: MysqlFenceRecord): FencePlan {
    return planOf(record);
  }

  check(): Promise<readonly Finding[]> {
    return this.#on((connection) => checkMysqlFence(connection, this.#settings));
  }

  stillRuns(): Promise<readonly StillRuns[]> {
    return this.#on((connection) => stillRunsOnMysql(connection, this.#settings));
  }

  plan(): Promise<MysqlFenceRecord> {
    return this.#on(async (connection) => {
      const kept = await keptNames(connection, this.#settings);
      return {
        way: this.#settings.way,
        kind: connection.server.kind,
        server: connection.server.id,
        variables: await readVariables(connection),
        accounts: await openAccounts(connection, kept),
        kept: [...kept],
        canary: triesOwn(this.#settings, [...kept]) ? canaryOf(this.#settings.pipeline) : null,
      };
    });
  }

  /** Behind the fence everybody waits for each login and each question. */
  ready(): Promise<void> {
    return this.#onKept(async (connection) => {
      this.#kill = await howToKill(connection);
    });
  }

  /** FENCE_BLOCKED, FENCE_SESSION_STAYS, FENCE_XA_PREPARED, FENCE_GAP, FENCE_TIMEOUT, FENCE_OTHER_SERVER. */
  set(record: MysqlFenceRecord): Promise<void> {
    return this.#surelyKept(async (connection, deadline) => {
      refuseOtherServer(connection, record);
      if (stopsScheduler(record)) await connection.run(assignment(record.kind, 'event_scheduler', 'OFF'));
      await keepOutOfBinlog(connection);
      const kill = this.#kill ?? (await howToKill(connection));
      const kept = sessionNames(new Set(record.kept));
      const endForeign = (cleanLooks: number) => endSessions(connection, { kept, kill, deadline, cleanLooks });
      if (record.canary !== null) await makeMysqlCanary(connection, record.canary);
      await setLocks(
        connection,
        [...record.accounts, ...(record.canary === null ? [] : [canaryAccount(record.canary)])],
        'LOCK',
      );
      await endForeign(1);
      await refusePreparedXa(connection);
      if (record.way === 'read-only') await setReadOnly(connection, deadline);
      // Again: what was prepared or logged in between the looks and the last step.
      await endForeign(2);
      await refusePreparedXa(connection);
      const gaps = await readGaps(connection, record, 'closed');
      if (gaps.length > 0) throw fenceError('FENCE_GAP', `the fence has gaps: ${gaps.join('; ')}`);
    });
  }

  isSet(record: MysqlFenceRecord, level: FenceLevel = 'closed'): Promise<FenceState> {
    return this.#onKept((connection) => stateOn(connection, record, level));
  }

  /** INV-152: the fence is believed only when a write that must fail was tried and refused. */
  async proveHolds(record: MysqlFenceRecord, level: FenceLevel = 'closed'): Promise<FenceProof> {
    const known = triedLogins(this.#settings, record.kept);
    const { canary: own } = record;
    const canary = own === null ? [] : [{ name: own, login: await this.#canaryLogin(own) }];
    const [tries, { gaps }] = await Promise.all([
      tryWrites({ ...this.#settings, tryAs: [...known, ...canary] }, record, level),
      this.isSet(record, level),
    ]);
    return proofOf(tries, gaps);
  }

  async loosen(record: MysqlFenceRecord): Promise<void> {
    await this.#surelyKept(async (connection) => {
      refuseOtherServer(connection, record);
      if (record.way === 'accounts' || record.kind === 'mariadb') return;
      for (const statement of loosenStatements()) await connection.run(statement);
    });
    this.#kept.close();
  }

  /** INV-151: in this order nobody but us can write while some of it is undone already. */
  lift(record: MysqlFenceRecord): Promise<void> {
    const lifted = this.#surelyKept(async (connection) => {
      refuseOtherServer(connection, record);
      await keepOutOfBinlog(connection);
      // Under super_read_only no account can be opened, not even by us.
      if (await isClosed(connection)) await connection.run(loosenStatements().join('; '));
      if (record.canary !== null) await dropMysqlCanary(connection, record.canary);
      await setLocks(connection, record.accounts, 'UNLOCK');
      if (record.way === 'accounts') return;
      await connection.run(restoreStatements(record).join('; '));
    });
    return lifted.finally(() => this.#kept.close());
  }

  /**
   * super_read_only refuses everybody. Under read_only, with every other account locked and out, our own may write. What
   * is persisted stays, so that a server that is restarted meanwhile comes back closed.
   */
  async admit<A>(record: MysqlFenceRecord, work: () => Promise<A>): Promise<A> {
    return await this.#onKept(async (connection, deadline) => {
      refuseOtherServer(connection, record);
      if (record.way !== 'read-only' || !(await isClosed(connection))) return await work();
      await connection.run('SET GLOBAL super_read_only = OFF');
      try {
        return await work();
      } finally {
        await this.#closeAgain(connection, deadline);
      }
    });
  }

  /** The session that opened it may be lost by now. */
  async #closeAgain(connection: MysqlConnection, deadline: Deadline): Promise<void> {
    await setReadOnly(connection, deadline, 'SET GLOBAL super_read_only = ON').catch(() =>
      this.#surely((again, left) => setReadOnly(again, left)),
    );
  }

  #canaryLogin(user: string): Promise<MysqlSettings> {
    return this.#on(async (connection) => {
      await keepOutOfBinlog(connection);
      return await mysqlCanaryLogin(connection, user, this.#settings.login);
    });
  }

  #surely<A>(work: (connection: MysqlConnection, deadline: Deadline) => Promise<A>): Promise<A> {
    const deadline = new Deadline(this.#settings.limitMs);
    return patiently(deadline, () => this.#on(work, deadline));
  }

  #surelyKept<A>(work: (connection: MysqlConnection, deadline: Deadline) => Promise<A>): Promise<A> {
    const deadline = new Deadline(this.#settings.limitMs);
    return patiently(deadline, () => this.#onKept(work, deadline));
  }

  #onKept<A>(
    work: (connection: MysqlConnection, deadline: Deadline) => Promise<A>,
    deadline = new Deadline(this.#settings.limitMs),
  ): Promise<A> {
    const open = () => openMysql(this.#settings.login);
    return onKept(this.#kept, open, deadline, (connection) => work(connection, deadline));
  }

  #on<A>(
    work: (connection: MysqlConnection, deadline: Deadline) => Promise<A>,
    deadline = new Deadline(this.#settings.limitMs),
  ): Promise<A> {
    return onMysql(this.#settings.login, deadline, (connection) => work(connection, deadline));
  }
}

async function stateOn(connection: MysqlConnection, record: MysqlFenceRecord, level: FenceLevel): Promise<FenceState> {
  refuseOtherServer(connection, record);
  return stateOf(await readGaps(connection, record, level));
}

async function howToKill(connection: MysqlConnection): Promise<string> {
  const kill = await killStatement(connection, mayKill(await readGrants(connection), connection.server.kind));
  if (kill === null) throw fenceError('FENCE_SESSION_STAYS', 'this account may end no session of another');
  return kill;
}

async function isClosed(connection: MysqlConnection): Promise<boolean> {
  return (await globals(connection, ['super_read_only'])).get('super_read_only') === 'ON';
}

/** A record of another server would lock the wrong accounts, and leave the right ones open. */
function refuseOtherServer(connection: MysqlConnection, record: MysqlFenceRecord): void {
  const { id, kind } = connection.server;
  if (id === record.server && kind === record.kind) return;
  throw fenceError('FENCE_OTHER_SERVER', `the fence was planned on ${record.server}, and this is ${id}`);
}

/** Locked accounts are this server's matter; its replicas go on. Without the right they are locked there as well. */
async function keepOutOfBinlog(connection: MysqlConnection): Promise<void> {
  try {
    await connection.run('SET SESSION sql_log_bin = 0');
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'SOURCE_PRIVILEGE_MISSING') throw error;
  }
}
