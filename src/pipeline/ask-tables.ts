import type { ReloadBegun } from '../contract/action.ts';
import { askAction, unreachable } from '../control/client.ts';
import type { ReloadTables } from './run-option.ts';

/** Asks the process that reads the source. CONTROL_UNREACHABLE: none runs. */
export const askReload: ReloadTables = async ({ control: { socket } }, tables) => {
  const answer = await askAction(socket, { method: 'tables.reload', params: { tables } });
  if (answer === null) throw unreachable(socket);
  // The other side is of one version or nearly, and its own type says what it answers.
  return answer.data as ReloadBegun;
};
