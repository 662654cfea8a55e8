import type { ReloadBegun, TablesChanged } from '../contract/action.ts';
import { SluiceError } from '../contract/error.ts';
import { pauseText } from '../contract/pace.ts';
import { askAction, askStatus, unreachable } from '../control/client.ts';
import type { ChangeTables, ReloadTables } from './run-option.ts';

/** Asks the process that reads the source. CONTROL_UNREACHABLE: none runs. */
export const askReload: ReloadTables = async ({ control: { socket } }, tables, by) => {
  const answer = await askAction(socket, { method: 'tables.reload', params: { tables, by } });
  if (answer === null) throw unreachable(socket);
  // The other side is of one version or nearly, and its own type says what it answers.
  return { ...(answer.data as ReloadBegun), waitingFor: await heldBy(socket) };
};

/** Asks the process that does both halves. CONTROL_UNREACHABLE: none runs. */
export const askChange: ChangeTables = async ({ control: { socket } }, change, by) => {
  const { mode, state } = await askStatus(socket);
  if (mode !== 'run') throw halves();
  if (state === 'cut-over') throw cutOver();
  const answer = await askAction(socket, { method: 'tables.change', params: { ...change, by } });
  if (answer === null) throw unreachable(socket);
  return answer.data as TablesChanged;
};

function halves(): SluiceError {
  return new SluiceError({
    code: 'TABLES_HALVES',
    message: 'capture and apply run as processes of their own; nothing was changed',
    remedy: 'Stop both, change tables.include or tables.exclude in the file, and start them again.',
    disposition: 'stop',
  });
}

function cutOver(): SluiceError {
  return new SluiceError({
    code: 'TABLES_NOT_NOW',
    message: 'the application writes on the target; nothing was changed',
    remedy: 'The way back carries the tables that it was made with.',
    disposition: 'stop',
  });
}

/** What holds the stream to the target, of which the process that reads the source may know nothing. */
async function heldBy(socket: string): Promise<string | null> {
  const status = await askStatus(socket).catch(() => null);
  return pauseText(status?.pace ?? null);
}
