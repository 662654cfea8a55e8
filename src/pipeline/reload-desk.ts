import { randomUUID } from 'node:crypto';
import type { EpochHeader } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { Interleaved } from '../snapshot/interleave.ts';
import type { SnapshotTarget } from '../snapshot/table-book.ts';

/** State map entry: the last reload that was asked for. It stands in the very Mark that begins the reload (INV-3). */
export const RELOAD_ENTRY = 'reload/asked';

interface Asked {
  readonly id: string;
  readonly done: PromiseWithResolvers<void>;
}

/** Brings reloads to the capture that runs just now, and answers when they are durable in the log (INV-7). */
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
  onLogged({ state }: EpochHeader): void {
    if (this.#asked === null || state.get(RELOAD_ENTRY) !== this.#asked.id) return;
    this.#asked.done.resolve();
    this.#asked = null;
  }

  /** Resolves when a crash could not undo it any more. RELOAD_NOT_NOW, RELOAD_BROKEN_OFF: retry. */
  async reload(tables: readonly SnapshotTarget[]): Promise<void> {
    // One at a time: the entry holds one id.
    const turn = this.#turn.then(() => this.#ask(tables));
    this.#turn = turn.catch(() => {});
    await turn;
  }

  async #ask(tables: readonly SnapshotTarget[]): Promise<void> {
    if (this.#capture === null) throw notNow();
    const asked = { id: randomUUID(), done: Promise.withResolvers<void>() };
    this.#asked = asked;
    this.#capture.add(tables, new Map([[RELOAD_ENTRY, asked.id]]));
    await asked.done.promise;
  }
}

function notNow(): SluiceError {
  return new SluiceError({
    code: 'RELOAD_NOT_NOW',
    message: 'the pipeline does not read the source just now; no reload was begun',
    remedy: 'sluice status says what it waits for. Ask again when it reads.',
    disposition: 'retry',
  });
}

function brokenOff(): SluiceError {
  return new SluiceError({
    code: 'RELOAD_BROKEN_OFF',
    message: 'reading the source broke off before the reload was durable; it may or may not begin',
    remedy: 'sluice status shows whether the tables are copied. Asking again does no harm.',
    disposition: 'retry',
  });
}
