const SEGMENT_BYTES = 64 * 1024;
/** An entry's length in 15 bits, and whether it is a key that the target printed. */
export const HEADER_BYTES = 2;
const PRINTED = 0x80;
export const LONGEST_ENTRY_BYTES = 0x7fff;

interface Segment {
  /** Place of its first byte in the journal. */
  readonly from: number;
  readonly bytes: Buffer;
  used: number;
}

export interface JournalEntry {
  /** A view; nobody writes to it any more. */
  readonly bytes: Buffer;
  readonly isPrinted: boolean;
}

/** Keys one after another as bytes, each time that one changes: to append costs a copy of it and nothing else. */
export class KeyJournal {
  #segments: Segment[] = [];
  #end = 0;

  /** Place of the next entry; grows for ever. */
  get end(): number {
    return this.#end;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#end - (this.#segments[0]?.from ?? this.#end);
  }

  add(key: Uint8Array, isPrinted = false): void {
    const { length } = key;
    if (length > LONGEST_ENTRY_BYTES) throw new RangeError('a key that is longer than any key of a server');
    const segment = this.#room(length + HEADER_BYTES);
    const { bytes } = segment;
    let at = segment.used;
    bytes[at++] = length & 0xff;
    bytes[at++] = (length >> 8) | (isPrinted ? PRINTED : 0);
    for (let i = 0; i < length; i++) bytes[at++] = key[i] as number;
    segment.used = at;
    this.#end += length + HEADER_BYTES;
  }

  /** Entries from a place on, which must be one that `end` gave and that was not dropped. */
  *entries(from: number): Iterable<JournalEntry> {
    for (const segment of this.#segments)
      yield* KeyJournal.entriesOf(segment.bytes.subarray(Math.max(0, from - segment.from), segment.used));
  }

  /** Of a run of entries as bytes. */
  static *entriesOf(run: Buffer): Iterable<JournalEntry> {
    for (let at = 0; at < run.length; ) {
      const high = run[at + 1] as number;
      const length = (run[at] as number) | ((high & ~PRINTED) << 8);
      at += HEADER_BYTES;
      yield { bytes: run.subarray(at, at + length), isPrinted: (high & PRINTED) !== 0 };
      at += length;
    }
  }

  /** An entry as `entriesOf` reads it. */
  static entry(key: Uint8Array, isPrinted: boolean): Buffer {
    return Buffer.concat([Buffer.of(key.length & 0xff, (key.length >> 8) | (isPrinted ? PRINTED : 0)), key]);
  }

  /** Entries before this place are needed no more. */
  drop(before: number): void {
    const kept = this.#segments.findIndex(({ from, used }) => from + used > before);
    this.#segments = kept === -1 ? [] : kept === 0 ? this.#segments : this.#segments.slice(kept);
  }

  #room(count: number): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.used + count <= last.bytes.length) return last;
    const made = { from: this.#end, bytes: Buffer.allocUnsafeSlow(Math.max(SEGMENT_BYTES, count)), used: 0 };
    this.#segments.push(made);
    return made;
  }
}
