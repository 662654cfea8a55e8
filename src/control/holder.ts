import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { SluiceError } from '../contract/error.ts';
import { linesOf } from './line.ts';
import { type Greeting, parseGreeting } from './message.ts';

const GREETING_TIMEOUT_MS = 3000;

/** Who answers at a path. `mute`: someone accepts and says nothing we know. */
export type Holder = Greeting | 'mute' | 'nobody';

export async function holderOf(path: string): Promise<Holder> {
  const socket = connect({ path });
  socket.setTimeout(GREETING_TIMEOUT_MS, () => socket.destroy());
  try {
    for await (const line of linesOf(socket)) return parseGreeting(line) ?? 'mute';
    return 'mute';
  } catch (error) {
    return isNobody(error) ? 'nobody' : 'mute';
  } finally {
    socket.destroy();
  }
}

/** Removes the socket of a dead process; the caller holds the path's lock, so nobody else makes one there (INV-73). */
export async function removeDead(path: string): Promise<Holder> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return 'nobody';
  if (!found.isSocket()) {
    throw new SluiceError({
      code: 'CONTROL_PATH_TAKEN',
      message: `${path} exists and is not a socket`,
      remedy: 'Set control.socket to another path.',
      disposition: 'stop',
    });
  }
  const holder = await holderOf(path);
  if (holder === 'nobody') await unlink(path);
  return holder;
}

/** CONTROL_HELD: another process runs this pipeline; a gate refused (exit 3). */
export function heldBy(holder: Holder, path: string): SluiceError {
  const who =
    typeof holder === 'object'
      ? `process ${holder.pid} (sluice ${holder.mode} of pipeline ${holder.pipeline}, since ${new Date(holder.startedAtMs).toISOString()})`
      : 'another process';
  return new SluiceError({
    code: 'CONTROL_HELD',
    message: `the pipeline is already run by ${who}, which holds ${path}`,
    remedy: 'Stop that process first, or look at it with: sluice status',
    disposition: 'stop',
  });
}

function isNobody(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ECONNREFUSED' || code === 'ENOENT';
}
