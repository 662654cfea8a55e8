import { statSync } from 'node:fs';
import { SluiceError } from '../contract/error.ts';
import { askStatus } from '../control/client.ts';
import { formatTime } from './format.ts';
import { findConfig } from './load-file.ts';
import type { Call } from './verb.ts';

/** A switch is made by what the running process has read, whatever stands in the file by now: a person who mended it is told. */
export async function warnOfStaleFile(call: Call, socket: string): Promise<void> {
  const { path, file } = findConfig(call);
  const writtenAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  const startedAtMs = await startOf(socket);
  if (writtenAtMs === undefined || startedAtMs === null || writtenAtMs <= startedAtMs) return;
  call.output.warn(
    `${file} was changed at ${formatTime(writtenAtMs)}, and the running process has read it at its start, ${formatTime(startedAtMs)}: what is planned and done is as it stood then. Where more than tables add or remove changed it, restart sluice run first: it goes on where it stands`,
  );
}

/** null: no process answers, which whoever asks next tells. */
async function startOf(socket: string): Promise<number | null> {
  try {
    return (await askStatus(socket)).startedAtMs;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return null;
  }
}
