import { markBytes } from './record-set.ts';

/** Whose try at which epoch a row belongs to. */
export interface RowOrigin {
  /** Drawn by each writer for itself. */
  readonly writer: string;
  readonly generation: number;
  readonly epoch: number;
  /** Tries at the epoch by this writer, from 0: one more after each discard. */
  readonly attempt: number;
}

export const writerBytes = 6;
const ordinalAt = markBytes - 4;

/** The mark of one record: writer 6 bytes, generation u32, epoch u48, attempt u32, ordinal u32. */
export class RowMark {
  readonly bytes = Buffer.alloc(markBytes);

  constructor({ writer, generation, epoch, attempt }: RowOrigin) {
    this.bytes.write(writer, 0, 'hex');
    this.bytes.writeUInt32BE(generation, writerBytes);
    this.bytes.writeUIntBE(epoch, 10, 6);
    this.bytes.writeUInt32BE(attempt, 16);
  }

  /** The same bytes each time, with this ordinal. */
  at(ordinal: number): Buffer {
    this.bytes.writeUInt32BE(ordinal, ordinalAt);
    return this.bytes;
  }

  /** Whether the mark at `at` is of the same writer, generation, epoch and attempt (INV-36). */
  matches(bytes: Buffer, at: number): boolean {
    for (let i = 0; i < ordinalAt; i += 4) {
      if (bytes.readInt32BE(at + i) !== this.bytes.readInt32BE(i)) return false;
    }
    return true;
  }
}

export function ordinalOf(bytes: Buffer, markAt: number): number {
  return bytes.readUInt32BE(markAt + ordinalAt);
}
