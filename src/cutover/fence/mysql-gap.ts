import type { MysqlConnection } from '../../mysql/connection.ts';
import type { FenceLevel } from './fence.ts';
import { accountName, openAccounts, sessionNames } from './mysql-account.ts';
import type { MysqlFenceRecord } from './mysql-record.ts';
import { foreignSessions, readSessions, sessionWords } from './mysql-session.ts';
import { globals } from './mysql-variable.ts';
import { preparedXa } from './prepared-xa.ts';

/** What does not stand as the fence wants it, in words. */
export async function readGaps(
  connection: MysqlConnection,
  record: MysqlFenceRecord,
  level: FenceLevel,
): Promise<readonly string[]> {
  const kept = new Set(record.kept);
  const open = await openAccounts(connection, kept);
  const sessions = foreignSessions(await readSessions(connection), connection.threadId, sessionNames(kept));
  const prepared = await preparedXa(connection);
  return [
    ...(record.way === 'read-only' ? await variableGaps(connection, level) : []),
    ...open.map((account) => `${accountName(account)} can log in`),
    ...sessions.map((session) => `${sessionWords(session)} is there`),
    ...prepared.map(({ xid }) => `the XA transaction ${xid} stands prepared`),
  ];
}

const WANTED = {
  mysql: { closed: { super_read_only: ['ON'] }, loose: { read_only: ['ON'] } },
  mariadb: { closed: { read_only: ['ON'] }, loose: { read_only: ['ON'] } },
} as const;

async function variableGaps(connection: MysqlConnection, level: FenceLevel): Promise<readonly string[]> {
  const wanted: Readonly<Record<string, readonly string[]>> = {
    ...WANTED[connection.server.kind][level],
    event_scheduler: ['OFF', 'DISABLED'],
  };
  const now = await globals(connection, Object.keys(wanted));
  const wrong = [...now].filter(([name, value]) => !wanted[name]?.includes(value));
  return wrong.map(([name, value]) => `${name} is ${value}`);
}
