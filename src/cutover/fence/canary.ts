import { randomBytes } from 'node:crypto';
import type { MysqlConnection, MysqlSettings } from '../../mysql/connection.ts';
import type { PostgresSession, PostgresSettings } from '../../postgres/connection.ts';
import { quoteIdent, quoteLiteral } from '../../postgres/quote.ts';
import { type Account, accountName } from './mysql-account.ts';

/**
 * An account of our own without any right, which the fence closes out as it does all others: where no login of the
 * application is known, its login is the one that must fail.
 */
export const CANARY: Account = { user: 'sluice_try', host: '%' };

/** Known to nobody, and long and mixed enough for the rules that servers have. */
function newPassword(): string {
  return `Sl1ce-${randomBytes(24).toString('hex')}`;
}

export async function makeMysqlCanary(connection: MysqlConnection): Promise<void> {
  await connection.run(`CREATE USER IF NOT EXISTS ${accountName(CANARY)} IDENTIFIED BY ?`, [newPassword()]);
}

/** A login with a password of this moment: locked or not, the account stays so. */
export async function mysqlCanaryLogin(connection: MysqlConnection, ours: MysqlSettings): Promise<MysqlSettings> {
  const password = newPassword();
  await connection.run(`ALTER USER ${accountName(CANARY)} IDENTIFIED BY ?`, [password]);
  return { ...ours, user: CANARY.user, password };
}

export async function dropMysqlCanary(connection: MysqlConnection): Promise<void> {
  await connection.run(`DROP USER IF EXISTS ${accountName(CANARY)}`);
}

const ROLE = quoteIdent(CANARY.user);

/** Whether it is there, and may log in. */
export async function postgresCanary(session: PostgresSession): Promise<'none' | 'login' | 'nologin'> {
  const { rows } = await session.query('SELECT rolcanlogin FROM pg_roles WHERE rolname = $1', [CANARY.user]);
  if (rows.length === 0) return 'none';
  return rows[0]?.['rolcanlogin'] === 't' ? 'login' : 'nologin';
}

export async function makePostgresCanary(session: PostgresSession): Promise<void> {
  if ((await postgresCanary(session)) === 'none') await session.query(`CREATE ROLE ${ROLE} LOGIN`);
}

export async function postgresCanaryLogin(session: PostgresSession, ours: PostgresSettings): Promise<PostgresSettings> {
  const password = newPassword();
  await session.query(`ALTER ROLE ${ROLE} PASSWORD ${quoteLiteral(password)}`);
  const url = new URL(ours.url);
  [url.username, url.password] = [CANARY.user, password];
  return { ...ours, url: url.href };
}

export async function dropPostgresCanary(session: PostgresSession): Promise<void> {
  await session.query(`DROP ROLE IF EXISTS ${ROLE}`);
}
