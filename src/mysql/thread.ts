import { SluiceError } from '../contract/error.ts';
import type { MysqlConnection } from './connection.ts';

/**
 * What the server does behind a session of our own account, which needs no right to see it. `gone`: it has ended;
 * `listens`: it waits for words of its client's; `works`: it does something, or waits for others.
 */
export async function stateOfThread(
  connection: MysqlConnection,
  threadId: number,
): Promise<'gone' | 'listens' | 'works'> {
  // information_schema.PROCESSLIST of MySQL fails (3854) while any session runs a statement with letters beyond utf8mb3.
  const threads = await connection.rows('SHOW PROCESSLIST');
  const thread = threads.find(({ Id }) => Id === String(threadId));
  if (thread === undefined) return 'gone';
  return thread['Command'] === 'Sleep' ? 'listens' : 'works';
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
