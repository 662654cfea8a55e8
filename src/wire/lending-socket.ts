/** Bytes as sockets give them: one buffer read into again and again, and frames put together. */
import { Socket } from 'node:net';

/** What one read takes at most; more of it at once saves calls, and more than the caches of a core hold costs them. */
const READ_BYTES = 128 * 1024;

/**
 * A socket that reads into one buffer. Its `data` are copies, but while it lends: then they are the buffer itself, which
 * holds other bytes as soon as the listeners return. A new buffer for each read is what the engine's collector, which
 * counts such bytes, has its most work with where much is read.
 */
export class LendingSocket extends Socket {
  #lends = false;

  constructor() {
    super({
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (count, buffer) => this.#read(Buffer.from(buffer.buffer, buffer.byteOffset, count)),
      },
    });
  }

  /** Listeners that keep bytes are not to listen meanwhile. */
  lend(isLending: boolean): void {
    this.#lends = isLending;
  }

  #read(bytes: Buffer): boolean {
    return this.#lends ? this.emit('data', bytes) : this.push(Buffer.from(bytes));
  }
}

/** Has a stream lend its bytes, where it can. */
export function lend(stream: unknown, isLending: boolean): void {
  if (stream instanceof LendingSocket) stream.lend(isLending);
}
