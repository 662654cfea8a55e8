import type { MysqlConnection } from '../../mysql/connection.ts';
import { readSessions } from '../../mysql/thread.ts';
import type { StillRuns } from './fence.ts';
import { keptNames, sessionNames } from './mysql-account.ts';
import { enabledEvents } from './mysql-event.ts';
import type { MysqlFenceSettings } from './mysql-record.ts';
import { foreignSessions, isBinlogDump, sessionWords } from './mysql-session.ts';
import { preparedXa } from './prepared-xa.ts';

/** Sessions, EVENTs, replication, prepared XA transactions, and accounts that the fence does not stop. */
export async function stillRunsOnMysql(
  connection: MysqlConnection,
  settings: MysqlFenceSettings,
): Promise<readonly StillRuns[]> {
  const kept = await keptNames(connection, settings);
  const sessions = await readSessions(connection);
  const foreign = foreignSessions(sessions, connection.threadId, sessionNames(kept));
  const events = await enabledEvents(connection);
  return [
    ...foreign.map((session) => runs('session', session.user, sessionWords(session))),
    ...sessions.filter(isBinlogDump).map((session) => runs('replica', session.user, sessionWords(session))),
    ...events.map(({ name, definer }) => runs('event', name, `EVENT ${name} as ${definer}`)),
    ...(await replicationChannels(connection)).map((name) => runs('replication', name, `replication channel ${name}`)),
    ...(await preparedXa(connection)).map(({ xid }) => runs('xa', xid, `XA transaction ${xid} stands prepared`)),
    ...(await passers(connection)).map(([who, rights]) => runs('account', who, `${who} has ${rights}`)),
  ];
}

function runs(kind: StillRuns['kind'], who: string, text: string): StillRuns {
  return { kind, who, text };
}

/** Channels by which this server itself writes what another one sends, in spite of every read-only mode. */
export async function replicationChannels(connection: MysqlConnection): Promise<readonly string[]> {
  const isMysql = connection.server.kind === 'mysql';
  const rows = await connection.rows(isMysql ? 'SHOW REPLICA STATUS' : 'SHOW ALL REPLICAS STATUS');
  const running = rows.filter((row) => row['Replica_SQL_Running'] === 'Yes' || row['Slave_SQL_Running'] === 'Yes');
  return running.map((row) => (row['Channel_Name'] ?? row['Connection_name']) || 'of no name');
}

/** Rights with which an account writes in spite of read_only, or can end the fence. */
const PASSING = {
  mysql: ['SUPER', 'CONNECTION_ADMIN', 'SYSTEM_VARIABLES_ADMIN'],
  mariadb: ['SUPER', 'READ_ONLY ADMIN'],
};

/** Accounts with such rights of their own (not by a role), quoted, with the rights. */
export async function passers(connection: MysqlConnection): Promise<readonly (readonly [string, string])[]> {
  const rows = await connection.rows(
    `SELECT GRANTEE AS account, GROUP_CONCAT(PRIVILEGE_TYPE ORDER BY PRIVILEGE_TYPE SEPARATOR ', ') AS rights
FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE IN (?) GROUP BY GRANTEE ORDER BY GRANTEE`,
    [PASSING[connection.server.kind]],
  );
  return rows.map(({ account, rights }) => [account ?? '', rights ?? ''] as const);
}
