import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/avro/byte-writer.ts';
import { copyText } from '../../src/column/copy-text.ts';
import { copyCell, copyTextCell } from '../../src/verify/word-copy.ts';

/** Escaped bytes and their neighbours often, so that they stand at every place of a word. */
const byte = fc.oneof(fc.constantFrom(0x5c, 0x08, 0x0d, 0x0e, 0x07, 0x00, 0x5b, 0x5d, 0x80, 0xdc), fc.nat(255));
const cells = fc.array(fc.array(byte, { maxLength: 20 }), { minLength: 1, maxLength: 6 });

const written = (copy: typeof copyText, bytes: Uint8Array, ends: readonly number[]) => {
  const out = new ByteWriter(1);
  for (const [i, end] of ends.entries()) copy(bytes, ends[i - 1] ?? 0, end, out);
  return out.take().toString('hex');
};

test('cells that lie side by side are copied as one by one, escaped or as they are, up to the last byte of a buffer', () => {
  const asItIs: typeof copyText = (bytes, start, end, out) => out.raw(bytes, start, end);
  fc.assert(
    fc.property(cells, (parts) => {
      const bytes = Uint8Array.from(parts.flat());
      const ends = parts.map((_, i) => parts.slice(0, i + 1).flat().length);
      expect(written(copyTextCell, bytes, ends)).toBe(written(copyText, bytes, ends));
      expect(written(copyCell, bytes, ends)).toBe(written(asItIs, bytes, ends));
    }),
    { numRuns: 3_000 },
  );
});
