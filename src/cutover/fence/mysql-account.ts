import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteAccount } from '../../mysql/identifier.ts';
import { readSessions } from '../../mysql/thread.ts';
import { isBinlogDump } from './mysql-session.ts';

export type Account = {
  readonly user: string;
  readonly host: string;
};

/** Accounts of the servers and clouds themselves: not ours to lock, nobody's to log in with. */
const SERVERS_OWN =
  /^(?:mysql\.\w+|mariadb\.sys|rdsadmin|rdsrepladmin|rds_superuser_role|AWS_\w+|cloudsql\w+|azure_superuser)$/;

/** Locked or not, with and without roles: a role logs nobody in. */
const ACCOUNT_QUERY = {
  mysql: `SELECT User AS user, Host AS host, account_locked = 'Y' AS locked FROM mysql.user ORDER BY 1, 2`,
  mariadb: `SELECT User AS user, Host AS host, COALESCE(JSON_VALUE(Priv, '$.account_locked'), 0) = 1 AS locked
FROM mysql.global_priv WHERE COALESCE(JSON_VALUE(Priv, '$.is_role'), 0) <> 1 ORDER BY 1, 2`,
};

/** Who stays able to log in: names, each alone or with its host. */
export interface Kept {
  readonly ours: readonly string[];
  readonly keep: readonly string[];
}

/** Accounts that can log in now and that the fence is to lock. */
export async function openAccounts(
  connection: MysqlConnection,
  kept: ReadonlySet<string>,
): Promise<readonly Account[]> {
  const rows = await connection.rows(ACCOUNT_QUERY[connection.server.kind]);
  return rows
    .filter(({ locked }) => locked === '0')
    .map(({ user, host }) => ({ user: user ?? '', host: host ?? '' }))
    .filter(({ user, host }) => !SERVERS_OWN.test(user) && !kept.has(user) && !kept.has(`${user}@${host}`));
}

/**
 * Names whose sessions stay: our own, those that the operator keeps, and those by which replicas read the binlog, for
 * a replica that is refused once may stop for good.
 */
export async function keptNames(connection: MysqlConnection, { ours, keep }: Kept): Promise<ReadonlySet<string>> {
  const { self } = await connection.row(`SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1) AS self`);
  const dumps = (await readSessions(connection)).filter(isBinlogDump).map(({ user }) => user);
  return new Set([self ?? '', ...ours, ...keep, ...dumps]);
}

/** The name part of `kept`, as the server's list of sessions has it. */
export function sessionNames(kept: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(Array.from(kept, (name) => name.replace(/@[^@]*$/, '')));
}

export function accountStatement(accounts: readonly Account[], lock: 'LOCK' | 'UNLOCK'): string {
  return `ALTER USER IF EXISTS ${accounts.map(accountName).join(', ')} ACCOUNT ${lock}`;
}

export function accountName({ user, host }: Account): string {
  return quoteAccount(user, host);
}

/** Locks or unlocks those of `accounts` that are not so yet: under super_read_only no account can be changed. */
export async function setLocks(
  connection: MysqlConnection,
  accounts: readonly Account[],
  lock: 'LOCK' | 'UNLOCK',
): Promise<void> {
  const rows = await connection.rows(ACCOUNT_QUERY[connection.server.kind]);
  const other = lock === 'LOCK' ? '0' : '1';
  const isOther = new Set(rows.filter(({ locked }) => locked === other).map(({ user, host }) => `${user}@${host}`));
  const changed = accounts.filter(({ user, host }) => isOther.has(`${user}@${host}`));
  if (changed.length > 0) await connection.run(accountStatement(changed, lock));
}
