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

const LOOK_AGAIN_MS = 10;
const MOST_LOOKS = 25;

/** A login that is being refused stands in the list for a moment (MariaDB): who is there in every look is there. */
async function standingSessions(
  connection: MysqlConnection,
  kept: ReadonlySet<string>,
): Promise<readonly ServerSession[]> {
  const look = async () => foreignSessions(await readSessions(connection), connection.threadId, kept);
  let standing = await look();
  for (let looks = 1; standing.length > 0 && looks < MOST_LOOKS; looks++) {
    await sleep(LOOK_AGAIN_MS);
    const first = new Set(standing.map(({ id }) => id));
    standing = (await look()).filter(({ id }) => first.has(id));
  }
  return standing;
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
