import type { Socket } from 'node:net';

/** Longest line that is taken from the other side. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** Whole lines as they come, without their ends; ends with the connection. A line past the limit ends it too. */
export async function* linesOf(socket: Socket, limitBytes = LIMIT_BYTES): AsyncGenerator<string> {
  let rest = '';
  socket.setEncoding('utf8');
  for await (const part of socket) {
    const lines = `${rest}${String(part)}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > limitBytes) return;
  }
}

export function sendLine(socket: Socket, value: unknown): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}
