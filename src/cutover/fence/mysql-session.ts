import { SluiceError } from '../../contract/error.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../../mysql/connection.ts';
import { readSessions, type ServerSession } from '../../mysql/thread.ts';
import { type Deadline, until, within } from './deadline.ts';
import { errnoOf, fenceError } from './error.ts';

/** Threads of the server itself, and of whoever is not yet logged in. */
const THREADS = ['system user', 'event_scheduler', 'unauthenticated user'];

/** Runs `work` in a session whose statements wait for locks one second at most. */
export function onMysql<A>(
  login: MysqlSettings,
  deadline: Deadline,
  work: (connection: MysqlConnection) => Promise<A>,
): Promise<A> {
  return within(
    deadline,
    () => openMysql(login),
    work,
    (connection) => connection.destroy(),
  );
}

export async function openMysql(login: MysqlSettings): Promise<MysqlConnection> {
  const connection = await connectMysql(login, { hasManyStatements: true });
  await connection.run('SET SESSION lock_wait_timeout = 1');
  return connection;
}

/** A running EVENT: it has its definer's name, whom no lock of an account stops. */
export function isEventWorker({ user, command, host }: ServerSession): boolean {
  return command === 'Connect' && !THREADS.includes(user) && !host.includes(':');
}

/** Sends the binlog to a replica, and writes nothing. */
export function isBinlogDump({ command }: ServerSession): boolean {
  return command.startsWith('Binlog Dump');
}

/** Sessions that must end: not ours, not of those whom the operator keeps, not the server's own. */
export function foreignSessions(
  sessions: readonly ServerSession[],
  selfId: number,
  kept: ReadonlySet<string>,
): readonly ServerSession[] {
  return sessions.filter((session) => {
    if (session.id === String(selfId) || THREADS.includes(session.user)) return false;
    if (isEventWorker(session)) return true;
    return !isBinlogDump(session) && !kept.has(session.user);
  });
}

export function sessionWords({ id, user, host, command, seconds, state }: ServerSession): string {
  const doing = [command, state].filter((word) => word !== '').join(', ');
  return `session ${id} of ${user}@${host} (${doing}, for ${seconds} s)`;
}

/** Routines by which a server of a cloud ends a session, where its accounts have no right to KILL. */
const KILL_ROUTINES = ['rds_kill', 'az_kill'];

/** `KILL` where the account may, else the routine of the cloud; `?` stands for the session. */
export async function killStatement(connection: MysqlConnection, mayKill: boolean): Promise<string | null> {
  if (mayKill) return 'KILL ?';
  const rows = await connection.rows(
    `SELECT ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'mysql' AND ROUTINE_NAME IN (?)`,
    [KILL_ROUTINES],
  );
  const name = KILL_ROUTINES.find((routine) => rows.some((row) => row['name'] === routine));
  return name === undefined ? null : `CALL mysql.${name}(?)`;
}

export interface EndOptions {
  /** Names whose sessions stay. */
  readonly kept: ReadonlySet<string>;
  /** As `killStatement` has it. */
  readonly kill: string;
  readonly deadline: Deadline;
  /** One after the other in which none is left. */
  readonly cleanLooks: number;
}

/** Everybody waits meanwhile. */
const LONGEST_PAUSE_MS = 20;

/**
 * Tells foreign sessions to end until none is left in so many looks. FENCE_SESSION_STAYS. One that is seen for the first
 * time is told and no more: an application that is locked out tries to log in again and again, and each try stands in the
 * list for a moment. Whether one has stayed is looked at behind it (mysql-gap.ts).
 */
export async function endSessions(
  connection: MysqlConnection,
  { kept, kill, deadline, cleanLooks: wanted }: EndOptions,
): Promise<void> {
  let left: readonly ServerSession[] = [];
  let [cleanLooks, looks] = [0, 0];
  let before: ReadonlySet<string> = new Set();
  const isQuiet = await until(
    deadline,
    async () => {
      left = foreignSessions(await readSessions(connection), connection.threadId, kept);
      await endAll(connection, kill, left);
      const isClean = left.length === 0 || (looks > 0 && left.every(({ id }) => !before.has(id)));
      cleanLooks = isClean ? cleanLooks + 1 : 0;
      before = new Set(left.map(({ id }) => id));
      looks++;
      return cleanLooks === wanted;
    },
    LONGEST_PAUSE_MS,
  );
  if (isQuiet) return;
  const who = left.map(sessionWords).join('; ');
  throw fenceError(
    'FENCE_SESSION_STAYS',
    `${who || 'new sessions come again and again'}: told to end, and still there`,
  );
}

const NO_SUCH_THREAD = 1094;
/** 1227: it belongs to an account with SYSTEM_USER, 1095: to somebody else. */
const KILL_DENIED = [1095, 1227];

/** In one text; where that fails, as for one that has ended by itself, each by its own. */
async function endAll(connection: MysqlConnection, kill: string, sessions: readonly ServerSession[]): Promise<void> {
  if (sessions.length > 1) {
    try {
      const ids = sessions.map(({ id }) => Number(id));
      return await connection.run(sessions.map(() => kill).join('; '), ids);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
    }
  }
  for (const session of sessions) await endSession(connection, kill, session);
}

async function endSession(connection: MysqlConnection, kill: string, session: ServerSession): Promise<void> {
  try {
    await connection.run(kill, [Number(session.id)]);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === NO_SUCH_THREAD) return;
    if (errno !== null && KILL_DENIED.includes(errno))
      throw fenceError('FENCE_SESSION_STAYS', `${sessionWords(session)} may not be ended by this account`, error);
    throw error;
  }
}
