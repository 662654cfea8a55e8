import { platform } from 'node:os';
import { SluiceError } from '../contract/error.ts';
import type { PipelineMode } from '../contract/status.ts';

/** Bytes of `sockaddr_un.sun_path` less the closing NUL. */
const LIMIT_BYTES = platform() === 'darwin' ? 103 : 107;

/** Each half has a socket of its own beside that of a whole run: `shop.sock`, `shop.capture.sock`, `shop.apply.sock`. */
export function socketPath(socket: string, mode: PipelineMode): string {
  if (mode === 'run') return socket;
  return socket.endsWith('.sock') ? `${socket.slice(0, -'.sock'.length)}.${mode}.sock` : `${socket}.${mode}`;
}

/** A whole run excludes both halves; a half excludes the whole run and its like. */
export function rivalsOf(mode: PipelineMode): readonly PipelineMode[] {
  return mode === 'run' ? ['capture', 'apply'] : ['run'];
}

/** CONTROL_PATH_TOO_LONG: the system cannot name a socket there; known before anything is touched. */
export function checkSocketPath(socket: string): void {
  const bytes = Buffer.byteLength(socketPath(socket, 'capture'));
  if (bytes <= LIMIT_BYTES) return;
  throw new SluiceError({
    code: 'CONTROL_PATH_TOO_LONG',
    message: `the control socket's path has ${bytes} bytes, the system allows ${LIMIT_BYTES}: ${socket}`,
    remedy: 'Set control.socket to a shorter path, for example control.socket: /run/sluice/NAME.sock',
    disposition: 'stop',
  });
}
