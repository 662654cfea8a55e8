import type { PaceAnswer } from '../contract/pace.ts';
import { askAction, unreachable } from '../control/client.ts';
import type { AskPace } from './run-option.ts';

/** Asks the process that applies. CONTROL_UNREACHABLE: none runs. */
export const askPace: AskPace = async ({ control: { socket } }, call) => {
  const answer = await askAction(socket, call);
  if (answer === null) throw unreachable(socket);
  // The other side is of one version or nearly, and its own type says what it answers.
  return answer.data as PaceAnswer;
};
