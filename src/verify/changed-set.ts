import type { RowPrint } from './row-print.ts';
import type { Window } from './table-changes.ts';

/** The keys that changed in a window, asked by the form in which a row's key is at hand. */
export class ChangedSet {
  readonly #print: RowPrint;
  readonly #records = new Set<string>();
  readonly #printed = new Set<string>();
  #texts: Set<string> | null = null;

  constructor(window: Window, print: RowPrint) {
    this.#print = print;
    for (const { bytes, isPrinted } of window.changed()) {
      const text = bytes.toString(isPrinted ? 'utf8' : 'latin1');
      if (isPrinted) this.#printed.add(keyText(print.printedKey(JSON.parse(text) as string[])));
      else this.#records.add(text);
    }
  }

  get isEmpty(): boolean {
    return this.#records.size + this.#printed.size === 0;
  }

  /** By the Avro record of the key. */
  hasRecord(key: Uint8Array): boolean {
    if (this.#records.has(Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1'))) return true;
    return this.#printed.size > 0 && this.#printed.has(keyText(this.#print.keyTexts(key)));
  }

  /** By the key's canonical texts. */
  hasKey(key: readonly string[]): boolean {
    this.#texts ??= new Set([
      ...this.#printed,
      ...[...this.#records].map((record) => keyText(this.#print.keyTexts(Buffer.from(record, 'latin1')))),
    ]);
    return this.#texts.has(keyText(key));
  }
}

/** Canonical texts of a key as one text. */
export function keyText(key: readonly string[]): string {
  return JSON.stringify(key);
}
