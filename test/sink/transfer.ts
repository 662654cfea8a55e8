import type { Change } from '../../src/contract/change.ts';
import type { DecodedEpoch } from '../../src/contract/epoch.ts';
import { create, EpochSeries, type Row, remove, table, update } from './source.ts';

export const LEFT = table('left_account', ['id int', 'balance int']);
export const RIGHT = table('right_account', ['id int', 'balance int']);
export const JOURNAL = table('journal', ['id int', 'note text']);
export const TRANSFER_DDL = [
  'CREATE TABLE left_account (id integer PRIMARY KEY, balance integer NOT NULL)',
  'CREATE TABLE right_account (id integer PRIMARY KEY, balance integer NOT NULL)',
  'CREATE TABLE journal (id integer PRIMARY KEY, note text NOT NULL)',
];
export const ACCOUNTS = 10;
export const TOTAL = ACCOUNTS * 2 * 100;

/** Money that moves between two tables, one transfer an epoch, with a journal of the last 50: the same for every seed. */
export class Transfers {
  readonly #left = new Map<number, number>();
  readonly #right = new Map<number, number>();
  readonly #log = new EpochSeries();
  #number = 0;

  /** The epoch that fills the tables, then one transfer each. */
  next(): DecodedEpoch {
    const number = this.#number++;
    return this.#log.next(number === 0 ? this.#fill() : this.#transfer(number));
  }

  /** `count` epochs, of which the last follows an epoch `from`. */
  static after(from: number, count: number): DecodedEpoch[] {
    const transfers = new Transfers();
    return Array.from({ length: count }, () => transfers.next()).slice(from);
  }

  /** Rows of the left account once `epochs` were applied, as `Target.rows` prints them. */
  static leftRows(epochs: number): string[] {
    const transfers = new Transfers();
    for (let i = 0; i < epochs; i++) transfers.next();
    return [...transfers.#left].map(([id, balance]) => `${id}|${balance}`).sort();
  }

  #fill(): Change[] {
    const changes: Change[] = [];
    for (let id = 1; id <= ACCOUNTS; id++) {
      this.#left.set(id, 100);
      this.#right.set(id, 100);
      changes.push(create(LEFT, [id, 100]), create(RIGHT, [id, 100]));
    }
    return changes;
  }

  #transfer(number: number): Change[] {
    const [from, to, amount] = [(number % ACCOUNTS) + 1, ((number * 7) % ACCOUNTS) + 1, number % 13];
    const left = this.#left.get(from) ?? 0;
    const right = this.#right.get(to) ?? 0;
    this.#left.set(from, left - amount);
    this.#right.set(to, right + amount);
    const note = (n: number): Row => [n, `transfer ${n}`];
    return [
      update(LEFT, [from, left], [from, left - amount]),
      create(JOURNAL, note(number)),
      update(RIGHT, [to, right], [to, right + amount]),
      ...(number > 50 ? [remove(JOURNAL, note(number - 50))] : []),
    ];
  }
}
