import type { RunOptions } from './run-option.ts';
import type { RunState } from './status/run-state.ts';
import { nextTryText, supervise, tryingSince } from './supervise.ts';

/** One thing to be done before the stages run, again while a server is away. null: the signal came first. */
export async function startStep<T>(
  state: RunState,
  { signal, logger }: Pick<RunOptions, 'signal' | 'logger'>,
  work: () => Promise<T | null>,
): Promise<T | null> {
  const done: { result: T | null } = { result: null };
  let reason = '';
  await supervise(
    async () => {
      done.result = await work();
      state.phase((phase) => phase.goesOn('pipeline'));
    },
    {
      signal,
      onFailure: ({ error, attempt, retryInMs }) => {
        state.failed('pipeline', error, attempt, retryInMs);
        reason = error.message;
        state.phase((phase) => phase.waits('pipeline', `${reason}; ${nextTryText(retryInMs)}`));
        logger.warn({ stage: 'pipeline', code: error.code, attempt, retryInMs }, error.message);
      },
      onTry: () => state.phase((phase) => phase.waits('pipeline', `${reason}; ${tryingSince()}`)),
    },
  );
  return done.result;
}
