import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AvroReader } from '../../src/avro/reader.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import { bigLong } from './plain-reader.ts';

test('every 64-bit long has the bytes that avsc gives it, and reads back exactly', () => {
  const edges = [0n, -1n, 1n, 2n ** 31n, -(2n ** 52n), 2n ** 52n + 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];
  const check = (value: bigint) => {
    const writer = new AvroWriter(1);
    writer.bigLong(value);
    expect(writer.take()).toEqual(bigLong.toBuffer(value));
    expect(new AvroReader().over(writer.take()).bigLong()).toBe(value);
  };
  edges.forEach(check);
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), check));
});

test('every integer within 2^52 is written and read as a number without loss', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (value) => {
      const writer = new AvroWriter(1);
      writer.long(value);
      expect(new AvroReader().over(writer.take()).long()).toBe(value);
    }),
  );
});

test('strings, bytes, floats and doubles have the bytes that avsc gives them', () => {
  const record = avsc.Type.forSchema({
    type: 'record',
    name: 'R',
    fields: ['string', 'bytes', 'float', 'double'].map((type, i) => ({ name: `f${i}`, type })),
  } as avsc.Schema);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), fc.float(), fc.double(), (f0, bytes, f2, f3) => {
      const writer = new AvroWriter(1);
      writer.string(f0);
      writer.slice(bytes);
      writer.float(f2);
      writer.double(f3);
      expect(writer.take()).toEqual(record.toBuffer({ f0, f1: Buffer.from(bytes), f2, f3 }));
    }),
  );
});

test('bytes that end inside a value are an error, not a value', () => {
  expect(() => new AvroReader().over(Uint8Array.of(0x80)).long()).toThrow(RangeError);
  expect(() => new AvroReader().over(Uint8Array.of(0x08, 0x61)).string()).toThrow(RangeError);
  expect(() => new AvroReader().over(Uint8Array.of(1)).span()).toThrow(RangeError);
  expect(() => new AvroReader().over(Buffer.alloc(11, 0xff)).bigLong()).toThrow(RangeError);
});
