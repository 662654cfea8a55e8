import type { ErrorStatus } from '../contract/status.ts';
import type { EventBook } from './event.ts';

/** Failures of one kind that follow each other so closely are one entry, with their number. */
const APART_MS = 60_000;

interface Chain {
  readonly key: string;
  readonly firstAtMs: number;
  lastAtMs: number;
  count: number;
}

/** Keeps failures in the book: a server that is away for an hour is one entry. */
export class FailureChains {
  readonly #book: EventBook;
  readonly #chains = new Map<string, Chain>();

  constructor(book: EventBook) {
    this.#book = book;
  }

  failed({ stage, code, message, remedy, atMs, nextTryAtMs }: ErrorStatus): void {
    const name = `${stage} ${code}`;
    const known = this.#chains.get(name);
    const chain = known && atMs - known.lastAtMs < APART_MS ? known : null;
    const count = (chain?.count ?? 0) + 1;
    const firstAtMs = chain?.firstAtMs ?? atMs;
    const what = { stage, code, count, lastAtMs: atMs, isFinal: nextTryAtMs === null, message, remedy };
    const key = this.#book.note({ kind: 'failure', atMs: firstAtMs, who: null, what }, chain?.key);
    this.#chains.set(name, { key, firstAtMs, lastAtMs: atMs, count });
  }
}
