import { connect } from 'node:net';
import type { Server } from './server.ts';

const HEADER_BYTES = 4;
/** Version 10 of the protocol; what has another first byte is an error or no greeting. */
const HANDSHAKE = 10;
/** Of a greeting the version is the first text, and never longer than this. */
const ENOUGH_BYTES = HEADER_BYTES + 1 + 256;

/**
 * Which server greets, before any account is asked for: the version stands in the first packet, which comes before TLS
 * as well (Protocol::HandshakeV10). null: it did not answer within the time (milliseconds), or with something else.
 */
export async function greetedKind(
  at: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<Server['kind'] | null> {
  const socket = connect({ ...at, timeout: timeoutMs });
  socket.once('timeout', () => socket.destroy());
  let bytes = Buffer.alloc(0);
  try {
    for await (const chunk of socket) {
      bytes = Buffer.concat([bytes, chunk as Buffer]);
      if (bytes.length >= ENOUGH_BYTES || bytes.indexOf(0, HEADER_BYTES + 1) >= 0) break;
    }
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
  return kindOf(bytes);
}

function kindOf(bytes: Buffer): Server['kind'] | null {
  const end = bytes.indexOf(0, HEADER_BYTES + 1);
  if (bytes[HEADER_BYTES] !== HANDSHAKE || end < 0) return null;
  return /mariadb/i.test(bytes.toString('latin1', HEADER_BYTES + 1, end)) ? 'mariadb' : 'mysql';
}
