import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../contract/error.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { readSessions } from '../../mysql/thread.ts';
import type { Deadline } from './deadline.ts';
import { fenceError } from './error.ts';
import { sessionWords } from './mysql-session.ts';
import { assignment } from './mysql-variable.ts';

/** The variable that refuses writes: super_read_only refuses accounts with CONNECTION_ADMIN as well. */
export function closedStatement(kind: 'mysql' | 'mariadb'): string {
  return assignment(kind, kind === 'mysql' ? 'super_read_only' : 'read_only', 'ON');
}

/** Pause between two tries, in which writers that the waiting statement held up go on. */
const BREATH_MS = 300;

/**
 * Makes the server read-only. The statement waits for whoever holds a lock, and every writer waits behind it: so it
 * gives up after a second (lock_wait_timeout of the session) and tries again. FENCE_BLOCKED says who.
 */
export async function setReadOnly(
  connection: MysqlConnection,
  deadline: Deadline,
  statement = closedStatement(connection.server.kind),
): Promise<void> {
  while (!(await isTaken(connection, statement))) {
    if (deadline.leftMs > BREATH_MS) {
      await sleep(BREATH_MS);
      continue;
    }
    const who = (await blockers(connection)).join('; ') || 'nobody who could be seen';
    throw fenceError('FENCE_BLOCKED', `${statement} waited longer than ${deadline.limitMs} ms for ${who}`);
  }
}

async function isTaken(connection: MysqlConnection, statement: string): Promise<boolean> {
  try {
    await connection.run(statement);
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'SOURCE_LOCK_CONFLICT') return false;
    throw error;
  }
}

/** Holders of what a global lock waits for; on a server that does not tell it, everybody who could be. */
export async function blockers(connection: MysqlConnection): Promise<readonly string[]> {
  const holders = await lockHolders(connection);
  const others = (await readSessions(connection)).filter(({ id }) => id !== String(connection.threadId));
  const known = others.filter(({ id }) => holders?.has(id) ?? true);
  const certain = (words: string) => (holders === null ? words : `${words}, which holds a lock`);
  return known.filter(({ command }) => command !== 'Daemon').map((session) => certain(sessionWords(session)));
}

/** Null where performance_schema is off (MariaDB's default) or not to be read. */
async function lockHolders(connection: MysqlConnection): Promise<ReadonlySet<string> | null> {
  if (connection.server.kind === 'mariadb') return null;
  try {
    const rows = await connection.rows(HOLDERS);
    return new Set(rows.map(({ id }) => id ?? ''));
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'SOURCE_PRIVILEGE_MISSING') return null;
    throw error;
  }
}

const HOLDERS = `SELECT DISTINCT t.PROCESSLIST_ID AS id FROM performance_schema.metadata_locks AS l
JOIN performance_schema.threads AS t ON t.THREAD_ID = l.OWNER_THREAD_ID
WHERE l.OBJECT_TYPE IN ('GLOBAL', 'COMMIT') AND l.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID IS NOT NULL`;
