import type { VerifyProgress, VerifyReport } from '../contract/verify.ts';
import { askAction, unreachable } from '../control/client.ts';
import type { AskVerify } from './run-option.ts';

/** Asks the process that applies. CONTROL_UNREACHABLE: none runs. */
export const askVerify: AskVerify = async ({ control: { socket } }, params, { onProgress, signal }) => {
  const answer = await askAction(
    socket,
    { method: 'verify', params },
    // The other side is of one version or nearly, and its own types say what it tells.
    { onProgress: (progress) => onProgress(progress as VerifyProgress), signal },
  );
  if (answer === null) throw unreachable(socket);
  return answer.data as VerifyReport;
};
