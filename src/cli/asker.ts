import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { SluiceError } from '../contract/error.ts';
import type { Io } from './io.ts';

/** Asks one question after the other on stdin. Questions, and what is typed, are shown on a terminal only. */
export class Asker {
  readonly #io: Io;
  readonly #reader: Interface;
  readonly #lines: AsyncIterator<string>;
  #isHidden = false;

  constructor(io: Io) {
    this.#io = io;
    const { stream } = io.stdin;
    const isScreen = 'isTTY' in stream && stream.isTTY === true;
    // One reader for all questions: what was typed ahead stands in its buffer.
    this.#reader = createInterface({
      input: stream,
      ...(isScreen ? { output: this.#screen(), terminal: true, historySize: 0 } : {}),
    });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /**
   * The line that was typed, without blanks at its ends; null when stdin has ended. What is hidden is not shown.
   * Fails with INTERRUPTED at Ctrl-C.
   */
  async ask(question: string, { isHidden = false }: { readonly isHidden?: boolean } = {}): Promise<string | null> {
    if (this.#io.stdin.isTerminal) this.#io.stderr.write(question);
    this.#isHidden = isHidden;
    const line = await Promise.race([this.#lines.next(), this.#interrupted()]);
    if (isHidden && this.#io.stdin.isTerminal) this.#io.stderr.write('\n');
    this.#isHidden = false;
    return line.done === true ? null : line.value.trim();
  }

  close(): void {
    this.#reader.close();
    this.#io.stdin.stream.pause();
  }

  /** A terminal in raw mode echoes nothing by itself: the reader writes what is typed. */
  #screen(): Writable {
    return new Writable({
      write: (chunk: Buffer, _, done) => {
        if (!this.#isHidden) this.#io.stderr.write(String(chunk));
        done();
      },
    });
  }

  #interrupted(): Promise<never> {
    return new Promise((_, reject) => {
      this.#reader.once('SIGINT', () =>
        reject(new SluiceError({ code: 'INTERRUPTED', message: 'Ctrl-C', remedy: '', disposition: 'stop' })),
      );
    });
  }
}
