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
  const { command } = await connection.row(
    'SELECT MAX(COMMAND) AS command FROM information_schema.PROCESSLIST WHERE ID = ?',
    [threadId],
  );
  if (command === null || command === undefined) return 'gone';
  return command === 'Sleep' ? 'listens' : 'works';
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
