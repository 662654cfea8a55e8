import type { RowChange } from '../contract/change.ts';
import { HEADER_BYTES, KeyJournal, LONGEST_ENTRY_BYTES } from './key-journal.ts';

/** What one table may hold of changed keys in memory: past it open windows are void. */
const MOST_BYTES = 16 * 1024 * 1024;
/** From here on keys that are kept are wanted out of memory. */
const FULL_BYTES = 2 * 1024 * 1024;

/** The keys (of a table without one: the images) of one followed table that the sink changes, from before each change's commit on (INV-120). */
export class TableChanges {
  readonly #journal = new KeyJournal();
  readonly #windows = new Set<Window>();
  #transaction = 0;
  #transactionStart = 0;
  #voids = 0;
  #losses = 0;
  #emptied = 0;
  #lastLoss: string | null = null;
  /** The transaction that has more keys than memory holds. */
  #overflown: number | null = null;
  /** From here on keys are kept to be checked again; null: none are. */
  #kept: number | null = null;
  #keptSinceMs: number | null = null;
  #lost: string | null = null;
  #noted = 0;
  #compared = 0;
  /** In memory. */
  #waiting = 0;
  /** Elsewhere. */
  #moved: { entries: number; bytes: number } = { entries: 0, bytes: 0 };
  readonly #onFull: () => void;

  /** `onFull`: keys that are kept should be moved out of memory. Called often. */
  constructor(onFull: () => void = () => {}) {
    this.#onFull = onFull;
  }

  /** `transaction`: number of the sink's transaction that is under way. */
  note({ key, oldKey, before, after }: RowChange, transaction: number): void {
    this.#enter(transaction);
    const images = key === null ? [before, after] : [key, oldKey];
    for (const image of images) {
      if (image === null) continue;
      if (image.length <= LONGEST_ENTRY_BYTES) this.#add(image, false);
      else this.makeVoid('a row changed that is too long to keep');
    }
    this.#limit();
  }

  /** A row changed without a change of its own: its key as the target prints it. */
  notePrinted(key: readonly string[], transaction: number): void {
    this.#enter(transaction);
    const bytes = Buffer.from(JSON.stringify(key));
    if (bytes.length > LONGEST_ENTRY_BYTES) {
      this.makeVoid('rows changed whose keys are too long to keep');
      return;
    }
    this.#add(bytes, true);
    this.#limit();
  }

  /** Nothing that was compared before holds any more. */
  makeVoid(reason: string): void {
    this.#voids += 1;
    this.#losses += 1;
    this.#lost = reason;
    this.#lastLoss = reason;
    this.#keepNone();
  }

  /** Notes from the changes of the transaction under way on, if there is one, else from now on. */
  open(inFlight: number | null): Window {
    const isInside = inFlight !== null && inFlight === this.#transaction;
    const from = isInside ? this.#transactionStart : this.#journal.end;
    // The first keys of a transaction that is too large are not there any more.
    const isBlind = isInside && this.#overflown === inFlight;
    const window: Window = new Window(this.#journal, from, {
      isVoid: (
        (voids) => () =>
          isBlind || this.#voids !== voids
      )(this.#voids),
      close: () => {
        this.#windows.delete(window);
        this.#trim();
      },
    });
    this.#windows.add(window);
    return window;
  }

  /** Keeps changed keys from a window's start on. */
  keep({ from }: Window): void {
    if (this.#kept === null) {
      this.#kept = from;
      this.#keptSinceMs = Date.now();
    }
    this.#lost = null;
  }

  /** No key of the table is worth keeping. */
  stopKeeping(): void {
    this.#keepNone();
  }

  /** What another process has kept, goes on here. `moved` is out of memory. */
  restore(from: { readonly keptSinceMs: number | null; readonly changes: number; readonly moved: Moved }): void {
    this.#keptSinceMs = from.keptSinceMs;
    this.#kept = from.keptSinceMs === null ? null : this.#journal.end;
    this.#noted = from.changes;
    this.#moved = { ...from.moved };
  }

  /** The table was compared whole, and so much was noted before it was read. */
  compared(notedBefore: number): void {
    this.#compared = notedBefore;
  }

  /** Changes noted since the table was compared whole. */
  get changesSince(): number {
    return this.#noted - this.#compared;
  }

  /** Grows each time that nothing that was compared before holds any more. */
  get losses(): number {
    return this.#losses;
  }

  /** Grows each time that keys which were kept are not wanted any more, in memory or out of it. */
  get emptied(): number {
    return this.#emptied;
  }

  /** What is kept out of memory. */
  get moved(): Moved {
    return this.#moved;
  }

  /** Takes all that is kept out of memory, each key once, to keep it elsewhere. */
  moveOut(): readonly ChangedKey[] {
    const taken = this.takeOut();
    this.movedMore(amountOf(taken));
    return taken;
  }

  /** Takes all that is kept in memory, each key once: it is looked at, or put back. */
  takeOut(): readonly ChangedKey[] {
    if (this.#kept === null || this.#waiting === 0) return [];
    const keys = new Map<string, ChangedKey>();
    for (const { bytes, isPrinted } of this.#journal.entries(this.#kept))
      keys.set(`${isPrinted ? 1 : 0}${bytes.toString('latin1')}`, { bytes, isPrinted });
    this.#kept = this.#journal.end;
    this.#waiting = 0;
    // A copy: the journal may let go of it meanwhile.
    const taken = [...keys.values()].map(({ bytes, isPrinted }) => ({ bytes: Buffer.from(bytes), isPrinted }));
    this.#trim();
    return taken;
  }

  /** Changes among them whose keys are in memory. */
  get waitingHere(): number {
    return this.#waiting;
  }

  /** So much more is kept out of memory. */
  movedMore({ entries, bytes }: Moved): void {
    this.#moved.entries += entries;
    this.#moved.bytes += bytes;
  }

  /** So much of what was moved out is done with, or is back in memory. */
  movedLess({ entries, bytes }: Moved): void {
    this.#moved.entries = Math.max(0, this.#moved.entries - entries);
    this.#moved.bytes = Math.max(0, this.#moved.bytes - bytes);
  }

  /** Why changed keys are not known any more; null: they are. */
  get lost(): string | null {
    return this.#lost;
  }

  /** Why it was so last, though they may be known again since. */
  get lastLoss(): string | null {
    return this.#lastLoss;
  }

  /** Changes noted since the table is followed. */
  get noted(): number {
    return this.#noted;
  }

  /** Keys that change are kept to be checked again. */
  get isKeeping(): boolean {
    return this.#kept !== null;
  }

  /** Since when the keys of all changes were kept without a gap; null: never, or not any more. */
  get keptSinceMs(): number | null {
    return this.#kept === null ? null : this.#keptSinceMs;
  }

  /** Changes among them whose keys are kept to be checked again. */
  get waiting(): number {
    return this.#waiting + this.#moved.entries;
  }

  /** Keys that were handed over wait again. */
  putBack(keys: readonly ChangedKey[]): void {
    for (const { bytes, isPrinted } of keys) {
      if (this.#kept === null) return;
      this.#journal.add(bytes, isPrinted);
      this.#waiting += 1;
    }
  }

  #add(bytes: Uint8Array, isPrinted: boolean): void {
    this.#journal.add(bytes, isPrinted);
    this.#noted += 1;
    if (this.#kept !== null) this.#waiting += 1;
  }

  #enter(transaction: number): void {
    if (transaction === this.#transaction) return;
    this.#transaction = transaction;
    this.#transactionStart = this.#journal.end;
    if (this.#kept === null && this.#windows.size === 0) this.#journal.drop(this.#journal.end);
  }

  #keepNone(): void {
    this.#emptied += 1;
    this.#kept = null;
    this.#waiting = 0;
    this.#moved = { entries: 0, bytes: 0 };
    this.#trim();
  }

  #limit(): void {
    const { end, bytes } = this.#journal;
    if (this.#kept !== null && end - this.#kept > FULL_BYTES) this.#onFull();
    if (bytes <= MOST_BYTES) return;
    if (this.#kept !== null && end - this.#kept > MOST_BYTES / 2) this.makeVoid('more keys changed than are kept');
    // What is out of memory is kept: only windows need the keys of the whole transaction.
    this.#voids += 1;
    this.#overflown = this.#transaction;
    this.#journal.drop(this.#kept ?? end);
  }

  #trim(): void {
    const starts = [...this.#windows].map(({ from }) => from);
    if (this.#kept !== null) starts.push(this.#kept);
    if (starts.length > 0) this.#journal.drop(Math.min(...starts, this.#transactionStart));
  }
}

/** Keys that are kept out of memory. */
export interface Moved {
  readonly entries: number;
  readonly bytes: number;
}

/** A key as Avro bytes (a table without one: the row's image), or as JSON of the texts that the target printed. */
export interface ChangedKey {
  readonly bytes: Buffer;
  readonly isPrinted: boolean;
}

export function amountOf(keys: readonly ChangedKey[]): Moved {
  return { entries: keys.length, bytes: keys.reduce((sum, { bytes }) => sum + bytes.length + HEADER_BYTES, 0) };
}

interface WindowParts {
  isVoid(): boolean;
  close(): void;
}

/** The time in which one comparison is made: every key that changes in it is known, and set aside. */
export class Window {
  readonly #journal: KeyJournal;
  readonly #parts: WindowParts;
  readonly from: number;

  constructor(journal: KeyJournal, from: number, parts: WindowParts) {
    this.#journal = journal;
    this.from = from;
    this.#parts = parts;
  }

  /** Something happened to the table that no key tells: what was read in the window says nothing. */
  get isVoid(): boolean {
    return this.#parts.isVoid();
  }

  /** No row of the table changed so far. */
  get isQuiet(): boolean {
    return !this.isVoid && this.#journal.end === this.from;
  }

  /** Keys changed so far. Empty for a void window: ask `isVoid` first. */
  changed(): readonly ChangedKey[] {
    return this.isVoid ? [] : [...this.#journal.entries(this.from)];
  }

  close(): void {
    this.#parts.close();
  }
}
