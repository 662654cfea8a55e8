import type { AvroReader } from '../avro/reader.ts';
import type { AvroWriter } from '../avro/writer.ts';
import { ValueError } from '../contract/error.ts';
import { prefixed } from './cell-length.ts';
import type { ColumnCodec, ColumnFacts, CopyEncoder } from './codec.ts';
import { canonicalFloat } from './float.ts';
import { fromText } from './homeward.ts';

const FLOAT_BYTES = 4;
/** Greatest dimension of pgvector's type. */
const PGVECTOR_LIMIT = 16_000;

/** vector(n): an Avro array of its floats, which both servers keep little-endian one after the other. */
export const VECTOR: ColumnCodec = {
  avro: { type: 'array', items: 'float' },
  skip: (value) => {
    for (let count = value.long(); count !== 0; count = value.long()) value.skip(count * FLOAT_BYTES);
  },
  binlog: (wire) => prefixed(wire, writeFloats),
  select: (quoted) => quoted,
  query: writeFloats,
  target: targetVector,
  check: () => null,
  copy: copyVector,
  canonicalSource: (value) => floats(value).map(canonicalFloat).join(','),
  canonicalTarget: (text, target) =>
    text
      .slice(1, -1)
      .split(',')
      .filter((item) => item !== '')
      .map((item) => canonicalFloat(target === 'double precision[]' ? Number(item) : Math.fround(Number(item))))
      .join(','),
  serverText: () => null,
  fromTarget: (target) => (copyVector(target) === null ? null : fromText(homewardVector)),
  literal: () => vectorLiteral,
};

function homewardVector(text: string, out: AvroWriter): void {
  const items = text
    .slice(1, -1)
    .split(',')
    .filter((item) => item !== '')
    .map(Number);
  const bytes = Buffer.alloc(items.length * FLOAT_BYTES);
  for (const [i, item] of items.entries()) bytes.writeFloatLE(item, i * FLOAT_BYTES);
  writeFloats(bytes, 0, bytes.length, out);
}

function vectorLiteral(value: AvroReader): string {
  const items = floats(value);
  const bytes = Buffer.alloc(items.length * FLOAT_BYTES);
  for (const [i, item] of items.entries()) bytes.writeFloatLE(item, i * FLOAT_BYTES);
  return `x'${bytes.toString('hex')}'`;
}

/** One block of all items and the empty block that ends an array. */
function writeFloats(bytes: Buffer, start: number, end: number, out: AvroWriter): void {
  if (end > start) out.long((end - start) / FLOAT_BYTES);
  out.raw(bytes, start, end);
  out.byte(0);
}

function floats(value: AvroReader): number[] {
  const items: number[] = [];
  for (let count = value.long(); count !== 0; count = value.long())
    for (let i = 0; i < count; i++) items.push(value.float());
  return items;
}

function targetVector(facts: ColumnFacts): string {
  const [, size = '0'] = /\((\d+)\)/.exec(facts.columnType) ?? [];
  if (!facts.extensions?.includes('vector') || Number(size) > PGVECTOR_LIMIT) return 'real[]';
  return `vector(${size})`;
}

/** A number is written with all digits of its double, which reads back as the same float. */
function copyVector(target: string): CopyEncoder | null {
  if (target === 'real[]' || target === 'double precision[]')
    return (value, out) => out.latin1(`{${floats(value).map(canonicalFloat).join(',')}}`);
  const [matched, size] = /^vector(?:\((\d+)\))?$/.exec(target) ?? [];
  if (matched === undefined) return null;
  return (value, out) => {
    const items = floats(value);
    if (items.length === 0 || (size !== undefined && items.length !== Number(size)))
      throw new ValueError('out-of-range', `${target} cannot hold ${items.length} dimensions`);
    out.latin1(`[${items.map(canonicalFloat).join(',')}]`);
  };
}
