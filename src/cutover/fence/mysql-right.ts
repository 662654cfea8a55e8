import { type Finding, finding } from '../../contract/finding.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { type Grant, has, readGrants } from '../../mysql/grant.ts';
import { quoteAccount } from '../../mysql/identifier.ts';
import { type FenceGrant, grantStatement, grants } from './grant.ts';
import { accountName, keptNames, openAccounts } from './mysql-account.ts';
import type { MysqlFenceSettings } from './mysql-record.ts';
import { killStatement } from './mysql-session.ts';

export function mayKill(grants: readonly Grant[], kind: 'mysql' | 'mariadb'): boolean {
  return has(grants, kind === 'mysql' ? 'CONNECTION_ADMIN' : 'CONNECTION ADMIN', null);
}

/** `'user'@'host'` that this session is logged in as. */
export async function ownAccount(connection: MysqlConnection): Promise<string> {
  const { account } = await connection.row('SELECT CURRENT_USER() AS account');
  const at = (account ?? '').lastIndexOf('@');
  return quoteAccount((account ?? '').slice(0, at), (account ?? '').slice(at + 1));
}

/** Rights that can only be read, not tried, without changing something. */
export async function checkRights(
  connection: MysqlConnection,
  settings: MysqlFenceSettings,
  hasScheduler: boolean,
): Promise<readonly Finding[]> {
  const { kind } = connection.server;
  const own = await readGrants(connection);
  const missing = grants(settings.way, kind).filter((grant) => !isGranted(own, grant, settings.database));
  if (missing.length === 0) return [];
  const facts: Facts = {
    hasScheduler,
    hasKill: (await killStatement(connection, mayKill(own, kind))) !== null,
    locksSystemUser: await locksSystemUser(connection, settings, own),
  };
  const account = await ownAccount(connection);
  return missing
    .filter(({ condition }) => condition === undefined || isMet(condition, facts))
    .map((grant) => rightMissing(grant, account, settings.database));
}

function rightMissing(grant: FenceGrant, account: string, database: string): Finding {
  const severity = grant.condition === 'has replicas' ? 'information' : 'blocker';
  const message = `${account} lacks ${grant.right}, which ${grant.why}`;
  return finding(severity, 'FENCE_RIGHT_MISSING', 'source', message, grantStatement(grant, account, database));
}

function isGranted(own: readonly Grant[], { right, on }: FenceGrant, database: string): boolean {
  if (on === '*.*') return has(own, right, null);
  return has(own, right, on === 'OWN' ? database : on.replace('.*', ''));
}

interface Facts {
  readonly hasScheduler: boolean;
  readonly hasKill: boolean;
  readonly locksSystemUser: boolean;
}

function isMet(condition: NonNullable<FenceGrant['condition']>, facts: Facts): boolean {
  switch (condition) {
    case 'event scheduler on':
      return facts.hasScheduler;
    case 'no other way to end sessions':
      return !facts.hasKill;
    case 'accounts with SYSTEM_USER are locked':
      return facts.locksSystemUser;
    case 'has replicas':
      return true;
  }
}

/** Only an account with SYSTEM_USER may lock or end one that has it (MySQL 8.0.16). */
async function locksSystemUser(
  connection: MysqlConnection,
  settings: MysqlFenceSettings,
  own: readonly Grant[],
): Promise<boolean> {
  // Who may not read the accounts is told so by that right's own finding.
  if (connection.server.kind === 'mariadb' || !has(own, 'SELECT', 'mysql')) return false;
  const rows = await connection.rows(
    `SELECT GRANTEE AS account FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SYSTEM_USER'`,
  );
  const system = new Set(rows.map(({ account }) => account));
  const locked = await openAccounts(connection, await keptNames(connection, settings));
  return locked.some((account) => system.has(accountName(account)));
}
