import { SluiceError } from '../../contract/error.ts';
import type { VerifyProgress, VerifyReport } from '../../contract/verify.ts';
import { askAction, unreachable } from '../../control/client.ts';
import type { AskVerify } from '../run-option.ts';

/** The process ends by itself when the time is over; beyond this it hangs. */
const PATIENCE_MS = 30_000;

/** Asks the process that applies. CONTROL_UNREACHABLE: none runs. VERIFY_NOT_REACHED: it does not answer in time. */
export const askVerify: AskVerify = async ({ control: { socket } }, params, { onProgress, signal }) => {
  const { timeoutMs } = params;
  const limit = timeoutMs === null ? null : AbortSignal.timeout(timeoutMs + PATIENCE_MS);
  try {
    const answer = await askAction(
      socket,
      { method: 'verify', params },
      // The other side is of one version or nearly, and its own types say what it tells.
      {
        onProgress: (progress) => onProgress(progress as VerifyProgress),
        signal: limit === null ? signal : AbortSignal.any([signal, limit]),
      },
    );
    if (answer === null) throw unreachable(socket);
    return answer.data as VerifyReport;
  } catch (error) {
    throw limit?.aborted && !signal.aborted ? notAnswered(error) : error;
  }
};

function notAnswered(cause: unknown): SluiceError {
  return new SluiceError({
    code: 'VERIFY_NOT_REACHED',
    message: 'the pipeline did not answer before the time was over',
    remedy: 'sluice status tells what it waits for. The same command goes on with what is left.',
    disposition: 'retry',
    cause,
  });
}
