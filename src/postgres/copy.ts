import type { Socket } from 'node:net';
import type { Connection, Submittable } from 'pg';

const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

interface Wire {
  readonly stream: Socket;
  query(text: string): void;
  sendCopyFail(text: string): void;
}

/**
 * COPY ... FROM STDIN over pg's connection: a buffer goes to the socket as it is, with five bytes of framing before it.
 * pg-copy-streams does the same through a Writable; this saves a queue and a copy per chunk.
 */
export class CopyIn implements Submittable {
  readonly #statement: string;
  readonly #opened = Promise.withResolvers<Wire>();
  readonly #ended = Promise.withResolvers<number>();
  #isOver = false;
  #rows = 0;

  constructor(statement: string) {
    this.#statement = statement;
    this.#opened.promise.catch(() => {});
    this.#ended.promise.catch(() => {});
  }

  submit(connection: Connection): void {
    (connection as unknown as Wire).query(this.#statement);
  }

  /** Resolves when more may be sent. Fails as soon as the server has refused. */
  async send(chunk: Uint8Array): Promise<void> {
    const wire = await this.#opened.promise;
    if (this.#isOver) return void (await this.#ended.promise);
    const frame = Buffer.allocUnsafe(5);
    frame[0] = COPY_DATA;
    frame.writeUInt32BE(chunk.length + 4, 1);
    wire.stream.write(frame);
    if (!wire.stream.write(chunk)) await Promise.race([drained(wire.stream), this.#ended.promise]);
  }

  /** Rows that the server took. */
  async end(): Promise<number> {
    const wire = await this.#opened.promise;
    if (!this.#isOver) wire.stream.write(COPY_DONE);
    return await this.#ended.promise;
  }

  /** Ends the COPY without effect, whatever state it is in; the session can be used again afterwards. */
  async fail(): Promise<void> {
    try {
      const wire = await this.#opened.promise;
      if (!this.#isOver) wire.sendCopyFail('stopped by sluice');
      await this.#ended.promise;
    } catch {
      // The reason is with the caller already.
    }
  }

  handleCopyInResponse(connection: unknown): void {
    this.#opened.resolve(connection as Wire);
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#rows = Number(message.text.slice('COPY '.length));
  }

  handleReadyForQuery(): void {
    this.#isOver = true;
    this.#ended.resolve(this.#rows);
  }

  handleError(error: Error): void {
    this.#isOver = true;
    this.#opened.reject(error);
    this.#ended.reject(error);
  }
}

function drained(stream: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
