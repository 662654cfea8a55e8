import type { Change } from '../../src/contract/change.ts';
import type { Position } from '../../src/contract/position.ts';
import { customer, customerChange } from '../transform/sample.ts';

export const SERVER = 'b3f1b7a0-0000-11ee-8c99-0242ac120002';

/** After the first `last` transactions of one MySQL server. */
export function positionAt(last: number): Position {
  return { server: 'mysql', text: `${SERVER}:1-${last}` };
}

export function begin(number: number): Change {
  return { tag: 'begin', gtid: `${SERVER}:${number}`, committedAtUs: BigInt(number), coordinate: null };
}

export function commit(number: number): Change {
  return { tag: 'commit', position: positionAt(number), committedAtUs: BigInt(number) };
}

/** `count` new customers of transaction `number`. */
export function rows(number: number, count = 1): Change[] {
  return Array.from({ length: count }, (_, i) =>
    customerChange('c', null, customer(number * 1000 + i, 'x'.repeat(20))),
  );
}

export function transaction(number: number, count = 1): Change[] {
  return [begin(number), ...rows(number, count), commit(number)];
}

export function mark(key: string, value: string | null): Change {
  return { tag: 'mark', state: new Map([[key, value]]) };
}

/** A stream whose batches are given one after the other, and which then ends or fails. */
export class HandStream implements AsyncIterable<readonly Change[]> {
  readonly #given: (readonly Change[] | Error | null)[] = [];
  #wake = Promise.withResolvers<void>();
  #read = Promise.withResolvers<void>();

  give(...batches: (readonly Change[])[]): this {
    return this.#add(...batches);
  }

  end(error: Error | null = null): this {
    return this.#add(error);
  }

  #add(...items: (readonly Change[] | Error | null)[]): this {
    this.#given.push(...items);
    this.#read = Promise.withResolvers();
    this.#wake.resolve();
    return this;
  }

  /** Whoever reads has done with all that was given so far and asks for more, or has given up. */
  read(): Promise<void> {
    return this.#read.promise;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Change[]> {
    try {
      for (;;) {
        const item = this.#given.shift();
        if (item === null) return;
        if (item instanceof Error) throw item;
        if (item !== undefined) yield item;
        else {
          this.#read.resolve();
          this.#wake = Promise.withResolvers();
          await this.#wake.promise;
        }
      }
    } finally {
      this.#read.resolve();
    }
  }
}
