import { createHash, randomBytes } from 'node:crypto';
import type { MysqlConnection, MysqlSettings } from '../../mysql/connection.ts';
import type { PostgresSession, PostgresSettings } from '../../postgres/connection.ts';
import { quoteIdent, quoteLiteral } from '../../postgres/quote.ts';
import { type Account, accountName } from './mysql-account.ts';

/**
 * Name of an account of our own without any right, which the fence closes out as it does all others: where no login of
 * the application is known, its login is the one that must fail. Of one pipeline: another on the same server makes and
 * drops its own. MySQL's names have 32 characters, so it ends in a hash.
 */
export function canaryOf(pipeline: string): string {
  return `sluice_try_${createHash('sha256').update(pipeline).digest('hex').slice(0, 12)}`;
}

export function canaryAccount(user: string): Account {
  return { user, host: '%' };
}

/** Known to nobody, and long and mixed enough for the rules that servers have. */
function newPassword(): string {
  return `Sl1ce-${randomBytes(24).toString('hex')}`;
}

export async function makeMysqlCanary(connection: MysqlConnection, user: string): Promise<void> {
  await connection.run(`CREATE USER IF NOT EXISTS ${accountName(canaryAccount(user))} IDENTIFIED BY ?`, [
    newPassword(),
  ]);
}

/** A login with a password of this moment: locked or not, the account stays so. */
export async function mysqlCanaryLogin(
  connection: MysqlConnection,
  user: string,
  ours: MysqlSettings,
): Promise<MysqlSettings> {
  const password = newPassword();
  await connection.run(`ALTER USER ${accountName(canaryAccount(user))} IDENTIFIED BY ?`, [password]);
  return { ...ours, user, password };
}

export async function dropMysqlCanary(connection: MysqlConnection, user: string): Promise<void> {
  await connection.run(`DROP USER IF EXISTS ${accountName(canaryAccount(user))}`);
}

/** Whether it is there, and may log in. */
export async function postgresCanary(session: PostgresSession, role: string): Promise<'none' | 'login' | 'nologin'> {
  const { rows } = await session.query('SELECT rolcanlogin FROM pg_roles WHERE rolname = $1', [role]);
  if (rows.length === 0) return 'none';
  return rows[0]?.['rolcanlogin'] === 't' ? 'login' : 'nologin';
}

export async function makePostgresCanary(session: PostgresSession, role: string): Promise<void> {
  if ((await postgresCanary(session, role)) === 'none') await session.query(`CREATE ROLE ${quoteIdent(role)} LOGIN`);
}

export async function postgresCanaryLogin(
  session: PostgresSession,
  role: string,
  ours: PostgresSettings,
): Promise<PostgresSettings> {
  const password = newPassword();
  await session.query(`ALTER ROLE ${quoteIdent(role)} PASSWORD ${quoteLiteral(password)}`);
  const url = new URL(ours.url);
  [url.username, url.password] = [role, password];
  return { ...ours, url: url.href };
}

/** The statement. */
export function dropPostgresCanary(role: string): string {
  return `DROP ROLE IF EXISTS ${quoteIdent(role)}`;
}
