import { inspect } from 'node:util';

/** A password or token. Everything that prints it prints `***`; only the code that logs in calls `reveal` (INV-71). */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}
