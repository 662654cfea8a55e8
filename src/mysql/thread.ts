import { SluiceError } from '../contract/error.ts';
import type { MysqlConnection } from './connection.ts';

/** A session of the server's list, without what it runs: that would hold values. */
export interface ServerSession {
  readonly id: string;
  readonly user: string;
  readonly host: string;
  readonly command: string;
  readonly seconds: string;
  readonly state: string;
}

/**
 * Sessions of the server that the account may see; of its own they need no right. information_schema.PROCESSLIST of
 * MySQL fails (3854) while any session runs a statement with letters beyond utf8mb3.
 */
export async function readSessions(connection: MysqlConnection): Promise<readonly ServerSession[]> {
  const rows = await connection.rows('SHOW PROCESSLIST');
  return rows.map(({ Id, User, Host, Command, Time, State }) => ({
    id: Id ?? '',
    user: User ?? '',
    host: Host ?? '',
    command: Command ?? '',
    seconds: Time ?? '0',
    state: State ?? '',
  }));
}

/**
 * What the server does behind a session of our own account, which needs no right to see it. `gone`: it has ended;
 * `listens`: it waits for words of its client's; `works`: it does something, or waits for others.
 */
export async function stateOfThread(
  connection: MysqlConnection,
  threadId: number,
): Promise<'gone' | 'listens' | 'works'> {
  const session = (await readSessions(connection)).find(({ id }) => id === String(threadId));
  if (session === undefined) return 'gone';
  return session.command === 'Sleep' ? 'listens' : 'works';
}

/** Ends what runs behind another session of our own account: what it had not committed is undone. */
export async function endThread(connection: MysqlConnection, threadId: number): Promise<void> {
  try {
    await connection.run('KILL ?', [threadId]);
  } catch (error) {
    // Unless the link itself broke: it has ended by itself.
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
  }
}
