import { setTimeout as sleep } from 'node:timers/promises';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { readSessions, type ServerSession } from '../../mysql/thread.ts';
import type { FenceLevel } from './fence.ts';
import { accountName, openAccounts, sessionNames } from './mysql-account.ts';
import type { MysqlFenceRecord } from './mysql-record.ts';
import { foreignSessions, sessionWords } from './mysql-session.ts';
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
  const sessions = await standingSessions(connection, sessionNames(kept));
  const prepared = await preparedXa(connection);
  return [
    ...(record.way === 'read-only' ? await variableGaps(connection, level) : []),
    ...open.map((account) => `${accountName(account)} can log in`),
    ...sessions.map((session) => `${sessionWords(session)} is there`),
    ...prepared.map(({ xid }) => `the XA transaction ${xid} stands prepared`),
  ];
}

const LOOK_AGAIN_MS = 50;

/** A login that is being refused stands in the list for a moment (MariaDB): who is there in two looks is there. */
async function standingSessions(
  connection: MysqlConnection,
  kept: ReadonlySet<string>,
): Promise<readonly ServerSession[]> {
  const look = async () => foreignSessions(await readSessions(connection), connection.threadId, kept);
  const first = new Set((await look()).map(({ id }) => id));
  if (first.size === 0) return [];
  await sleep(LOOK_AGAIN_MS);
  return (await look()).filter(({ id }) => first.has(id));
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
