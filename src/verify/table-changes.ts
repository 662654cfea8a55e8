import type { RowChange } from '../contract/change.ts';
import { HEADER_BYTES, KeyJournal, LONGEST_ENTRY_BYTES } from './key-journal.ts';

/** What one table may keep of changed keys; past it the windows are void and the whole table is to be compared again. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The keys (of a table without one: the images) of one followed table that the sink changes, from before each change's commit on (INV-120). */
export class TableChanges {
  readonly #journal = new KeyJournal();
  readonly #windows = new Set<Window>();
  #transaction = 0;
  #transactionStart = 0;
  #voids = 0;
  /** From here on keys are kept to be checked again; null: none are. */
  #kept: number | null = null;
  #keptSinceMs: number | null = null;
  #lost: string | null = null;
  #noted = 0;
  #waiting = 0;

  /** `transaction`: number of the sink's transaction that is under way. */
  note({ key, oldKey, before, after }: RowChange, transaction: number): void {
    this.#enter(transaction);
    const images = key === null ? [before, after] : [key, oldKey];
    for (const image of images) {
      if (image === null) continue;
      if (image.length <= LONGEST_ENTRY_BYTES) this.#add(image, false);
      else this.makeVoid('a row changed that is too long to keep');
    }
    if (this.#journal.bytes > MOST_BYTES) this.#overflow();
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
    if (this.#journal.bytes > MOST_BYTES) this.#overflow();
  }

  /** Nothing that was compared before holds any more. */
  makeVoid(reason: string): void {
    this.#voids += 1;
    this.#lost = reason;
    this.#kept = null;
    this.#waiting = 0;
    this.#trim();
  }

  /** Notes from the changes of the transaction under way on, if there is one, else from now on. */
  open(inFlight: number | null): Window {
    const isInside = inFlight !== null && inFlight === this.#transaction;
    const from = isInside ? this.#transactionStart : this.#journal.end;
    const window: Window = new Window(this.#journal, from, {
      isVoid: (
        (voids) => () =>
          this.#voids !== voids
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
    this.#kept = null;
    this.#waiting = 0;
    this.#trim();
  }

  /** Why changed keys are not known any more; null: they are. */
  get lost(): string | null {
    return this.#lost;
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
    return this.#waiting;
  }

  /** Keys that were handed over wait again. */
  putBack(keys: readonly ChangedKey[]): void {
    for (const { bytes, isPrinted } of keys) {
      if (this.#kept === null) return;
      this.#journal.add(bytes, isPrinted);
      this.#waiting += 1;
    }
  }

  /** Hands over up to `most` different keys that are kept, and forgets them. */
  takeKept(most: number): readonly ChangedKey[] {
    if (this.#kept === null) return [];
    const taken = new Map<string, ChangedKey>();
    for (const { bytes, isPrinted } of this.#journal.entries(this.#kept)) {
      const text = bytes.toString('latin1');
      if (taken.size >= most && !taken.has(text)) break;
      taken.set(text, { bytes, isPrinted });
      this.#kept += bytes.length + HEADER_BYTES;
      this.#waiting = Math.max(0, this.#waiting - 1);
    }
    this.#trim();
    return [...taken.values()];
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

  #overflow(): void {
    this.makeVoid('more keys changed than are kept');
    this.#journal.drop(this.#journal.end);
  }

  #trim(): void {
    const starts = [...this.#windows].map(({ from }) => from);
    if (this.#kept !== null) starts.push(this.#kept);
    if (starts.length > 0) this.#journal.drop(Math.min(...starts, this.#transactionStart));
  }
}

/** A key as Avro bytes (a table without one: the row's image), or as JSON of the texts that the target printed. */
export interface ChangedKey {
  readonly bytes: Buffer;
  readonly isPrinted: boolean;
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
