import type { Socket } from 'node:net';

/** Longest line that is taken from the other side: of a repair, the copies of a row (verify/bag-repair.ts). */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** Whole lines as they come, without their ends; ends with the connection. A line past the limit ends it too. */
export async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let begun: string[] = [];
  let length = 0;
  socket.setEncoding('utf8');
  for await (const part of socket) {
    const [first = '', ...others] = String(part).split('\n');
    begun.push(first);
    length += first.length;
    if (length > LIMIT_BYTES) return;
    const last = others.pop();
    if (last === undefined) continue;
    yield begun.join('');
    yield* others;
    begun = [last];
    length = last.length;
  }
}

export function sendLine(socket: Socket, value: unknown): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}
