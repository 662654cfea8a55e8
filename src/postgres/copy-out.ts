import type { Connection, Submittable } from 'pg';

/** Takes the bytes of one row of COPY's text format, its newline with it. They may be kept. */
export type TakeLine = (line: Buffer) => void;

/** COPY ... TO STDOUT over pg's connection: each row's bytes as they come, no text and no object made of them. */
export class CopyOut implements Submittable {
  readonly #statement: string;
  readonly #take: TakeLine;
  readonly #ended = Promise.withResolvers<void>();
  #failure: unknown = null;

  constructor(statement: string, take: TakeLine) {
    this.#statement = statement;
    this.#take = take;
    this.#ended.promise.catch(() => {});
  }

  /** Resolves after the last row; the session can be used again then, also after a failure. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  submit(connection: Connection): void {
    (connection as unknown as { query(text: string): void }).query(this.#statement);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    try {
      if (this.#failure === null) this.#take(chunk);
    } catch (error) {
      this.#failure = error;
    }
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    if (this.#failure === null) this.#ended.resolve();
    else this.#ended.reject(this.#failure);
  }

  handleError(error: Error): void {
    this.#ended.reject(error);
  }
}
