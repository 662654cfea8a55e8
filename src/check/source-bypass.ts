import { type Finding, finding } from '../contract/finding.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { Server } from '../mysql/server.ts';

/** Rights that let a session set sql_log_bin = 0, of which the binlog, and so the stream, tells nothing. */
const BYPASS: Readonly<Record<Server['kind'], readonly string[]>> = {
  mysql: ['SUPER', 'SYSTEM_VARIABLES_ADMIN', 'SESSION_VARIABLES_ADMIN'],
  mariadb: ['SUPER', 'BINLOG ADMIN'],
};

/** Accounts of the server's own, and its administrator. */
const EXPECTED = /^'(?:root|mysql|mysql\.\w+|mariadb\.sys)'@/;

/**
 * Who may write past the binlog. It cannot be seen that somebody does, so it is always said; accounts beside the
 * administrator's are a warning.
 */
export async function checkBypass(connection: MysqlConnection): Promise<readonly Finding[]> {
  const { kind } = connection.server;
  const rows = await connection.rows(
    'SELECT GRANTEE AS account, PRIVILEGE_TYPE AS name FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE IN (?)',
    [BYPASS[kind]],
  );
  const others = Map.groupBy(
    rows.filter(({ account }) => !EXPECTED.test(account ?? '')),
    ({ account }) => account ?? '',
  );
  const what = 'what a session with sql_log_bin = 0 writes is seen by no reader of the binlog';
  if (others.size > 0) {
    const message = `${what}, and ${[...others.keys()].join(', ')} may set it`;
    const cure = Array.from(others, ([account, rights]) => {
      return `REVOKE ${rights.map(({ name }) => name).join(', ')} ON *.* FROM ${account}`;
    });
    return [finding('warning', 'BINLOG_BYPASS', 'source', message, ...cure)];
  }
  const who = (await maySeeAccounts(connection)) ? 'root alone may set it' : 'this account may not see who may set it';
  return [finding('information', 'BINLOG_BYPASS', 'source', `${what}: ${who}`)];
}

/** Without rights on the system database the server shows an account nothing but itself. */
async function maySeeAccounts(connection: MysqlConnection): Promise<boolean> {
  const { accounts } = await connection.row(
    'SELECT COUNT(DISTINCT GRANTEE) AS accounts FROM information_schema.USER_PRIVILEGES',
  );
  return Number(accounts) > 1;
}
