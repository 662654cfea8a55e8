import { randomUUID } from 'node:crypto';
import type { EpochHeader } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { CopiesRequest } from '../snapshot/copies-repair.ts';
import type { Interleaved } from '../snapshot/interleave.ts';
import type { RepairRequest } from '../snapshot/repair-read.ts';
import type { SnapshotTarget } from '../snapshot/table-book.ts';

/**
 * State map entry: the last reload or repair that was asked for. It stands in the very Mark that begins the reload, or
 * behind the repaired rows (INV-3).
 */
export const RELOAD_ENTRY = 'reload/asked';

interface Asked {
  readonly id: string;
  /** Number of the epoch that holds it. */
  readonly done: PromiseWithResolvers<number>;
}

/** Brings reloads and repairs to the capture that runs just now, and answers when they are durable in the log (INV-7). */
export class ReloadDesk {
  #capture: Interleaved | null = null;
  #asked: Asked | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  /** A capture runs from now on. */
  opened(capture: Interleaved): void {
    this.#capture = capture;
  }

  /** It runs no more: what it has not made durable may or may not come. */
  closed(): void {
    this.#capture = null;
    this.#asked?.done.reject(brokenOff());
    this.#asked = null;
  }

  /** An epoch is durable. */
  onLogged({ state, number }: EpochHeader): void {
    if (this.#asked === null || state.get(RELOAD_ENTRY) !== this.#asked.id) return;
    this.#asked.done.resolve(number);
    this.#asked = null;
  }

  /** Resolves when a crash could not undo it any more. RELOAD_NOT_NOW, RELOAD_BROKEN_OFF: retry. */
  async reload(tables: readonly SnapshotTarget[]): Promise<void> {
    await this.#inTurn(async (capture, also) => capture.add(tables, also));
  }

  /** Number of the epoch that brings the rows as they are at the source now. RELOAD_NOT_NOW, RELOAD_BROKEN_OFF: retry. */
  async repair(request: RepairRequest): Promise<number> {
    return await this.#inTurn(async (capture, also) => {
      if (!(await capture.repair(request, also))) throw notNow();
    });
  }

  /** The same of copies of rows of a table without a key, with the table's era. */
  async repairCopies(request: CopiesRequest): Promise<{ readonly epoch: number; readonly era: string }> {
    let era: string | null = null;
    const epoch = await this.#inTurn(async (capture, also) => {
      era = await capture.repairCopies(request, also);
      if (era === null) throw notNow();
    });
    return { epoch, era: era ?? '' };
  }

  /** One at a time: the entry holds one id. */
  async #inTurn(begin: (capture: Interleaved, also: ReadonlyMap<string, string>) => Promise<void>): Promise<number> {
    const turn = this.#turn.then(() => this.#ask(begin));
    this.#turn = turn.catch(() => {});
    return await turn;
  }

  async #ask(begin: (capture: Interleaved, also: ReadonlyMap<string, string>) => Promise<void>): Promise<number> {
    if (this.#capture === null) throw notNow();
    const asked = { id: randomUUID(), done: Promise.withResolvers<number>() };
    asked.done.promise.catch(() => {});
    this.#asked = asked;
    await begin(this.#capture, new Map([[RELOAD_ENTRY, asked.id]]));
    return await asked.done.promise;
  }
}

function notNow(): SluiceError {
  return new SluiceError({
    code: 'RELOAD_NOT_NOW',
    message: 'the pipeline does not read the source, or this table, just now; nothing was begun',
    remedy: 'sluice status says what it waits for. Ask again when it reads.',
    disposition: 'retry',
  });
}

function brokenOff(): SluiceError {
  return new SluiceError({
    code: 'RELOAD_BROKEN_OFF',
    message: 'reading the source broke off before what was asked was durable; it may or may not begin',
    remedy: 'sluice status shows whether the tables are copied. Asking again does no harm.',
    disposition: 'retry',
  });
}
