import { createRequire } from 'node:module';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../src/log/kafka/crc32c.ts';
import { murmur2, partitionOf } from '../../src/log/kafka/partition-choice.ts';
import { BatchBuilder, type BatchRecord, batchHeaderBytes } from '../../src/log/kafka/record-batch.ts';
import { readRecordSet } from '../../src/log/kafka/record-set.ts';
import { ordinalOf, RowMark } from '../../src/log/kafka/row-mark.ts';

const require = createRequire(import.meta.url);
const KafkajsDecoder = require('kafkajs/src/protocol/decoder.js');
const decodeKafkajsBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder.js');
const kafkajsCrc32c = require('kafkajs/src/protocol/recordBatch/crc32C/index.js');
const kafkajsMurmur2 = require('kafkajs/src/producer/partitioners/default/murmur2.js');

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const headers = fc.dictionary(
  fc.string({ maxLength: 8 }).map((name) => `h${name}`),
  bytes,
  { noNullPrototype: true },
);
const record: fc.Arbitrary<BatchRecord> = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.option(headers, { nil: undefined }),
});

function batchOf(records: readonly BatchRecord[]): Buffer {
  const builder = new BatchBuilder(64);
  for (const each of records) builder.add(each);
  return Buffer.from(builder.finish(1_700_000_000_000));
}

test("our record batches are read by kafkajs's own decoder as what was put in", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async (records) => {
      const decoded = await decodeKafkajsBatch(new KafkajsDecoder(batchOf(records)));
      expect(decoded.records.length).toBe(records.length);
      for (const [index, { key, value, headers: given }] of records.entries()) {
        expect(decoded.records[index]).toMatchObject({ key, value, headers: { ...given } });
      }
    }),
    { numRuns: 60 },
  );
});

test('a record batch gives back keys, values, headers and marks, from any offset on', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), fc.nat(45), (records, skip) => {
      const mark = new RowMark({ writer: '0a0b0c0d0e0f', generation: 7, epoch: 2 ** 40, attempt: 3 });
      const builder = new BatchBuilder(64);
      for (const [index, each] of records.entries()) builder.add({ ...each, mark: mark.at(index) });
      const read = readRecordSet(builder.finish(0), skip, 'topic');
      expect(read.length).toBe(Math.max(records.length - skip, 0));
      for (const { offset, key, value, headers: got, bytes: in_, markAt } of read) {
        const given = records[offset] as BatchRecord;
        expect({ key, value }).toEqual({ key: given.key, value: given.value });
        expect({ ...got }).toEqual({ ...given.headers });
        expect(mark.matches(in_, markAt)).toBe(true);
        expect(ordinalOf(in_, markAt)).toBe(offset);
      }
    }),
    { numRuns: 60 },
  );
});

test('a batch that is cut at the end of an answer is left out, whole ones before it are given', () => {
  const batch = batchOf([{ key: null, value: Buffer.from('x') }]);
  for (let cut = 1; cut < batch.length; cut++) {
    const set = Buffer.concat([batch, batch.subarray(0, cut)]);
    expect(readRecordSet(set, 0, 'topic').length).toBe(1);
  }
});

test('every single byte changed after the length of a batch is found', () => {
  const batch = batchOf([{ key: Buffer.from('k'), value: Buffer.from('value') }]);
  for (let at = 16; at < batch.length; at++) {
    const damaged = Buffer.from(batch);
    damaged[at] = (damaged[at] as number) ^ 4;
    expect(() => readRecordSet(damaged, 0, 'topic')).toThrow(expect.objectContaining({ code: 'LOG_CORRUPT' }));
  }
});

test('batches that a broker has compressed by gzip or zstd are read, others are refused with the cure', () => {
  const batch = batchOf([{ key: null, value: Buffer.from('squeezed') }]);
  const compressed = (codec: number, pack: (bytes: Buffer) => Buffer): Buffer => {
    const packed = Buffer.concat([batch.subarray(0, batchHeaderBytes), pack(batch.subarray(batchHeaderBytes))]);
    packed.writeInt32BE(packed.length - 12, 8);
    packed.writeInt16BE(codec, 21);
    packed.writeUInt32BE(crc32c(packed, 21, packed.length), 17);
    return packed;
  };
  for (const [codec, pack] of [
    [1, gzipSync],
    [4, zstdCompressSync],
  ] as const) {
    expect(readRecordSet(compressed(codec, pack), 0, 'topic')[0]?.value?.toString()).toBe('squeezed');
  }
  const refused = expect.objectContaining({ code: 'LOG_TOPIC_REFUSED' });
  expect(() =>
    readRecordSet(
      compressed(3, (all) => all),
      0,
      'topic',
    ),
  ).toThrow(refused);
});

test("checksums and the choice of a partition are Kafka's", () => {
  expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (array) => {
      const key = Buffer.from(array);
      expect(crc32c(key, 0, key.length)).toBe(kafkajsCrc32c(key));
      expect(murmur2(key)).toBe(kafkajsMurmur2(key));
    }),
  );
  expect(partitionOf(null, 8)).toBe(0);
});
