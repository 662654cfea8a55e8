import type { ByteWriter } from '../avro/byte-writer.ts';
import { copyText } from '../column/copy-text.ts';

const WORD_BYTES = 4;

/** The view of one buffer by words, made once for all cells that lie in it. */
class WordView {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  of(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#view;
  }
}

const source = new WordView();
const target = new WordView();

/** Copies `bytes[start, end)` as it is, by words: half the time of a copy by bytes where a cell is short. */
export function copyCell(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  // The last word may reach behind the cell: what it writes there is written over.
  out.reserve(end - start + WORD_BYTES);
  if (end + WORD_BYTES > bytes.length) {
    out.raw(bytes, start, end);
    return;
  }
  const from = source.of(bytes);
  const to = target.of(out.bytes);
  const { position } = out;
  for (let at = start; at < end; at += WORD_BYTES) to.setInt32(position + at - start, from.getInt32(at, true), true);
  out.position = position + end - start;
}

/** `copyText` for cells that mostly have nothing to be escaped. */
export function copyTextCell(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.reserve(end - start);
  const from = source.of(bytes);
  const to = target.of(out.bytes);
  const by = out.position - start;
  let at = start;
  for (; at + WORD_BYTES <= end; at += WORD_BYTES) {
    const word = from.getInt32(at, true);
    if (hasSpecial(word)) break;
    to.setInt32(at + by, word, true);
  }
  out.position = at + by;
  if (at < end) copyText(bytes, at, end, out);
}

/** Whether a byte of a word is a backslash or below 0x0e, as all that COPY escapes is; some others count as well. */
function hasSpecial(word: number): boolean {
  const backslash = word ^ 0x5c5c5c5c;
  return ((((word - 0x0e0e0e0e) & ~word) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080) !== 0;
}
