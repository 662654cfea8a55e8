import { SluiceError } from '../../contract/error.ts';
import { connectMysql, type MysqlSettings } from '../../mysql/connection.ts';
import { stateOfThread } from '../../mysql/thread.ts';
import type { MysqlSinkLink } from '../../mysql-sink/sink.ts';
import { stateOfBackend } from '../../postgres/backend.ts';
import type { PostgresSettings } from '../../postgres/connection.ts';
import type { SinkLink } from '../../sink/sink.ts';
import { withTarget } from '../target-session.ts';
import { ANSWER_MS, type Doing } from './silence-watch.ts';

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly answerMs?: number;
}

/** Of a process that was not told of yet it is asked only whether the target answers. */
export function askTarget(target: PostgresSettings, { signal, answerMs = ANSWER_MS }: AskOptions) {
  return async ({ backend }: SinkLink): Promise<Doing> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    return await orSilent(['TARGET_UNREACHABLE'], () =>
      withTarget({ ...target, connectTimeoutMs: answerMs }, limit, async (session) => {
        if (backend !== null) return await stateOfBackend(session, backend);
        await session.query('SELECT');
        return 'works';
      }),
    );
  };
}

/** The same of the source, to which the way back writes. */
export function askSource(source: MysqlSettings, { signal, answerMs = ANSWER_MS }: AskOptions) {
  return async ({ threadId }: MysqlSinkLink): Promise<Doing> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    return await orSilent(['SOURCE_UNREACHABLE', 'SOURCE_CONNECTION_LOST'], async () => {
      // Its limit is asked for twice: to log in, and to prepare the session.
      const session = await connectMysql({ ...source, timeoutMs: answerMs / 2 });
      const cut = () => session.destroy();
      limit.addEventListener('abort', cut, { once: true });
      try {
        if (limit.aborted) cut();
        return await stateOfThread(session, threadId);
      } finally {
        limit.removeEventListener('abort', cut);
        session.destroy();
      }
    });
  };
}

/** Whatever else it refuses with: it speaks. */
async function orSilent(codes: readonly string[], ask: () => Promise<Doing>): Promise<Doing> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return codes.includes(error.code) ? 'silent' : 'works';
  }
}
