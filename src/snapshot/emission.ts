import type { Change, Mark } from '../contract/change.ts';
import { SluiceError } from '../contract/error.ts';
import type { ViewSource } from '../mysql/read-view.ts';
import type { ChunkQueue } from './chunk-queue.ts';
import { type Gate, isVoid, type ReadyChunk, type ReadyRepair, type ReadyTable } from './gate.ts';
import type { Progress } from './progress.ts';
import type { TableEntry } from './table-entry.ts';
import { printState, stateEntry, withDone } from './table-state.ts';
import { keyText, readChange } from './window.ts';

/** Rows in one array: enough to make an await cheap, few enough to flow. */
const MOST_CHANGES = 1000;

export interface EmissionParts {
  readonly gate: Gate;
  readonly queue: ChunkQueue;
  readonly progress: Progress;
  readonly views: ViewSource;
}

/** What was read, on its way into the stream: at a transaction end, with nothing of the stream in between. */
export class Emission {
  readonly #parts: EmissionParts;

  constructor(parts: EmissionParts) {
    this.#parts = parts;
  }

  /** The rows that no change has overtaken, then the done state: one step, nothing of the stream in between (INV-44). */
  async *chunk(chunk: ReadyChunk): AsyncIterable<readonly Change[]> {
    const { entry, window, range, rows } = chunk;
    try {
      yield* this.#emptyFirst(chunk);
      if (isVoid(chunk)) {
        if (entry.round === window.round) this.#parts.queue.add(entry, range);
        return;
      }
      yield* window.changes(rows, MOST_CHANGES);
      if (entry.round !== window.round) return;
      entry.state = withDone(entry.state, range, rows.rows);
      this.#parts.progress.advance(entry, rows.rows);
      yield [mark(new Map([[stateEntry(entry), printState(entry.state)]]))];
    } finally {
      this.#parts.gate.closeWindow(entry, window);
    }
  }

  /** Rows that the stream has not overtaken, at one transaction end. */
  async *repair({ entry, window, changes, also, ended }: ReadyRepair): AsyncIterable<readonly Change[]> {
    let isOut = false;
    try {
      if (window.isVoid || entry.round !== window.round) return;
      const due = changes.filter(({ key }) => key === null || !window.isNoted(keyText(key)));
      isOut = true;
      yield [...due, mark(also)];
    } finally {
      this.#parts.gate.closeWindow(entry, window);
      ended(isOut);
    }
  }

  /**
   * A reload begins by emptying the target's table. What the stream said of it since the windows were opened goes with
   * it, so they are void: the rows are read again.
   */
  async *#emptyFirst({ entry, window, rows }: ReadyChunk): AsyncIterable<readonly Change[]> {
    if (!entry.state.isToEmpty || entry.round !== window.round) return;
    window.makeVoid();
    if (entry.hasXaKeys && !(await this.#isSettled(entry))) return;
    yield [{ tag: 'truncate', table: rows.version }];
    if (entry.round !== window.round) return;
    entry.setEmptied();
    yield [mark(new Map([[stateEntry(entry), printState(entry.state)]]))];
  }

  /**
   * Whoever gets a lock on the table has outlived every XA COMMIT that the stream has told: the next reads see it. When
   * the lock is not to be had the reload begins later.
   */
  async #isSettled(entry: TableEntry): Promise<boolean> {
    try {
      const view = await this.#parts.views.openLocked(entry, async () => {});
      await view.close(false);
      return true;
    } catch (error) {
      if (error instanceof SluiceError && error.disposition === 'retry') return false;
      throw error;
    }
  }

  /**
   * A table without a key, as one whole: what an earlier try left at the target goes first, because its rows could not
   * be told from these. The stream waits.
   */
  async *table({ entry, round, table, pages, ended }: ReadyTable): AsyncIterable<readonly Change[]> {
    const { version } = table;
    let failure: unknown = new Error('the snapshot stopped');
    try {
      if (entry.round !== round) {
        failure = null;
        return;
      }
      yield [{ tag: 'truncate', table: version }];
      let rows = 0;
      for await (const page of pages) {
        yield Array.from({ length: page.rows }, (_, row) => readChange(version, page, row));
        this.#parts.progress.advance(entry, page.rows);
        rows += page.rows;
      }
      entry.state = { ...entry.state, rows, left: [] };
      this.#parts.progress.advance(entry, 0);
      yield [mark(new Map([[stateEntry(entry), printState(entry.state)]]))];
      failure = null;
    } catch (error) {
      failure = error;
    } finally {
      ended(failure);
    }
  }
}

export function mark(state: ReadonlyMap<string, string | null>): Mark {
  return { tag: 'mark', state };
}
