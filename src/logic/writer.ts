import { breakLines } from '../sql/line-layout.ts';

/** Characters of one program at most: a handler is copied to every statement of its block, blocks in blocks multiply. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** A program would become longer than anything that a person or a server reads. */
export class TooLarge extends Error {
  readonly code = 'TOO_LARGE';
  readonly advice =
    'Split the routine, or give its blocks fewer handlers: each is copied to every statement of its block.';

  constructor() {
    super('its text would be longer than 8 MiB');
    this.name = 'TooLarge';
  }
}

/** Counts what is written; also what is taken back later, so that the work has an end. */
export class Allowance {
  #left = MAX_CHARACTERS;

  /** Throws TooLarge. */
  take(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) throw new TooLarge();
  }
}

/** Characters of a line. */
const WIDTH = 100;

/** Lines of a program with their indents. */
export class Writer {
  readonly lines: string[] = [];
  #depth = 0;
  readonly #allowance = new Allowance();
  readonly #isBroken: boolean;

  /** `isBroken`: what is longer than a line goes on below. */
  constructor(isBroken = true) {
    this.#isBroken = isBroken;
  }

  /** A text of one or several lines at the present depth. */
  line(text: string): void {
    const whole = this.#isBroken ? breakLines(text, WIDTH - 2 * this.#depth) : text;
    for (const part of whole.split('\n')) {
      this.#allowance.take(part.length + 2 * this.#depth);
      this.lines.push(part === '' ? '' : `${'  '.repeat(this.#depth)}${part}`);
    }
  }

  /** What `write` adds stands one level deeper. */
  deeper(write: () => void): void {
    this.#depth += 1;
    try {
      write();
    } finally {
      this.#depth -= 1;
    }
  }
}
