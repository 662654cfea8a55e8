/** Capture of the way back: PostgreSQL's logical replication (pgoutput) as a stream of changes. */
import type { Change } from '../contract/change.ts';
import type { Position } from '../contract/position.ts';
import { PostgresqlPosition } from '../position/postgresql.ts';
import type { PostgresSession, PostgresSettings } from '../postgres/connection.ts';
import { Assembler, type AssemblerOptions } from './assembler.ts';
import { type LinkEvent, WalLink } from './link.ts';
import { parseMessage } from './pgoutput.ts';
import { shapeOf } from './type-book.ts';

export interface WalOptions extends Omit<AssemblerOptions, 'shapeOf'> {
  readonly settings: PostgresSettings;
  /** Answers what types are called. */
  readonly catalogue: PostgresSession;
  readonly slot: string;
  readonly publication: string;
  readonly from: Position;
  readonly signal: AbortSignal;
}

/** Changes after `from`, and then as they come, until `signal` aborts. */
export class WalReader {
  readonly #options: WalOptions;
  #link: WalLink | null = null;
  /** End of the last transaction that was told, and up to where all that was told is durable. */
  #told = 0n;
  #durable = 0n;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: WalOptions) {
    this.#options = options;
  }

  /** INV-141: the slot moves to what is durable in the log, and beyond it only where nothing is on its way there. */
  confirm(position: Position): void {
    this.#durable = PostgresqlPosition.parse(position.text).lsn;
    this.#link?.confirm(this.#durable);
  }

  async *changes(): AsyncIterable<readonly Change[]> {
    const { settings, slot, publication, signal, catalogue } = this.#options;
    const from = PostgresqlPosition.parse(this.#options.from.text).lsn;
    this.#told = from;
    this.#durable = from;
    const assembler = new Assembler({ ...this.#options, shapeOf: (relation) => shapeOf(catalogue, relation) });
    const link = await WalLink.open({ settings, slot, publication, from });
    this.#link = link;
    const end = () => void link.close();
    signal.addEventListener('abort', end, { once: true });
    try {
      while (!signal.aborted) {
        yield await this.#batch(assembler, await link.take());
        if (this.#failure) throw this.#failure.error;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', end);
      this.#link = null;
      await link.close();
    }
  }

  /** What was told before an error goes out first, as far as it is whole: the error comes with the next batch. */
  async #batch(assembler: Assembler, events: readonly LinkEvent[]): Promise<readonly Change[]> {
    let walEnd: bigint | null = null;
    try {
      for (const event of events) {
        if (event.tag === 'message') {
          await assembler.take(parseMessage(event.bytes));
          walEnd = null;
        } else walEnd = assembler.isBetween ? event.walEnd : null;
      }
    } catch (error) {
      this.#failure = { error };
    }
    const changes = this.#failure ? whole(assembler.cut()) : assembler.cut();
    const commit = changes.findLast((change) => change.tag === 'commit');
    if (commit) this.#told = PostgresqlPosition.parse(commit.position.text).lsn;
    return walEnd === null || this.#failure ? changes : [...changes, this.#idle(walEnd)];
  }

  #idle(walEnd: bigint): Change {
    if (this.#told <= this.#durable) this.#link?.confirm(walEnd);
    return {
      tag: 'idle',
      position: new PostgresqlPosition(walEnd > this.#told ? walEnd : this.#told),
      seenAtMs: Date.now(),
    };
  }
}

/** Up to the end of the last transaction, with its marks. */
function whole(changes: readonly Change[]): readonly Change[] {
  const last = changes.findLastIndex(({ tag }) => tag === 'commit' || tag === 'mark');
  return changes.slice(0, last + 1);
}
