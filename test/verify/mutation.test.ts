import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/avro/byte-writer.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import type { ColumnCodec } from '../../src/column/codec.ts';
import { codecOf } from '../../src/column/family.ts';
import { type ColumnType, tableVersion } from '../../src/contract/table.ts';
import { writeFrame } from '../../src/postgres/copy-out.ts';
import { compareLines } from '../../src/verify/compare-lines.ts';
import { RowPrint } from '../../src/verify/row-print.ts';

/** How a comparator goes wrong: what it makes of a canonical form before it compares. */
type Mutation = (canonical: string | null) => string | null;

const trims: Mutation = (text) => text?.trim() ?? null;
const cutsFraction: Mutation = (text) => text?.replace(/\.\d+/, '') ?? null;
const cutsLastDigit: Mutation = (text) => text?.slice(0, -1) ?? null;
const ignoresCase: Mutation = (text) => text?.toLowerCase() ?? null;
const nullIsEmpty: Mutation = (text) => text ?? '';
const throughNumber: Mutation = (text) => (text === null ? null : String(Number(text)));
const throughSingle: Mutation = (text) => (text === null ? null : String(Math.fround(Number(text))));
const forgetsSign: Mutation = (text) => text?.replace('-', '') ?? null;
const parsesJson: Mutation = (text) =>
  text === null ? null : text.replace(/\d{5,}/g, (digits) => String(Number(digits)));
const ignoresOrder: Mutation = (text) => (text === null ? null : [...text].sort().join(''));
const cutsFractions: Mutation = (text) => text?.replace(/\.\d+/g, '') ?? null;
const cutsMantissa: Mutation = (text) => text?.replace(/\d+e-?\d+/g, 'n') ?? null;
const cutsSize: Mutation = (text) => text?.split('/')[0] ?? null;
const ignoresBraces: Mutation = (text) => text?.replace(/[{}]/g, '') ?? null;
const wholeSeconds: Mutation = (text) => (text === null ? null : String(BigInt(text) / 1_000_000n));
const stripsZeros: Mutation = (text) => text?.replace(/(00)+$/, '') ?? null;
const skips: Mutation = () => '';

interface Case {
  readonly type: ColumnType;
  readonly target: string;
  readonly value: Buffer | null;
  /** What the target prints of the value, and of what somebody made of it. */
  readonly good: string;
  readonly bad: string;
  readonly mutation: Mutation;
}

const POLICY = { nul: 'refuse', zeroDate: 'null', zone: 'UTC' } as const;
const TEXT = { kind: 'text', charset: 'utf8mb4' } as const;

const string = (value: string) => written((out) => out.string(value));
const long = (value: bigint) => written((out) => out.bigLong(value));
const bytes = (hex: string) => written((out) => out.slice(Buffer.from(hex, 'hex')));

function written(write: (out: AvroWriter) => void): Buffer {
  const out = new AvroWriter(64);
  write(out);
  return out.take();
}

const CASES: readonly Case[] = [
  {
    type: { kind: 'integer', bytes: 4, unsigned: false },
    target: 'integer',
    value: long(-7n),
    good: '-7',
    bad: '7',
    mutation: forgetsSign,
  },
  {
    type: { kind: 'integer', bytes: 8, unsigned: false },
    target: 'bigint',
    value: long(9007199254740993n),
    good: '9007199254740993',
    bad: '9007199254740992',
    mutation: throughNumber,
  },
  {
    type: { kind: 'integer', bytes: 8, unsigned: true },
    target: 'numeric(20,0)',
    value: string('18446744073709551615'),
    good: '18446744073709551615',
    bad: '18446744073709551614',
    mutation: throughNumber,
  },
  {
    type: { kind: 'integer', bytes: 1, unsigned: false },
    target: 'boolean',
    value: long(1n),
    good: 't',
    bad: 'f',
    mutation: skips,
  },
  {
    type: { kind: 'decimal', precision: 20, scale: 10 },
    target: 'numeric(20,10)',
    value: string('1.5000000001'),
    good: '1.5000000001',
    bad: '1.5000000000',
    mutation: cutsFraction,
  },
  {
    type: { kind: 'float' },
    target: 'real',
    value: written((out) => out.float(0.1)),
    good: '0.1',
    bad: '0.10000001',
    mutation: (text) => text?.slice(0, 6) ?? null,
  },
  {
    type: { kind: 'double' },
    target: 'double precision',
    value: written((out) => out.double(0.1)),
    good: '0.1',
    bad: '0.10000000000000002',
    mutation: throughSingle,
  },
  {
    type: { kind: 'double' },
    target: 'double precision',
    value: written((out) => out.double(-0)),
    good: '-0',
    bad: '0',
    mutation: forgetsSign,
  },
  { type: TEXT, target: 'text', value: string('a '), good: 'a ', bad: 'a', mutation: trims },
  {
    type: TEXT,
    target: 'character varying(9)',
    value: string('\u00c4'),
    good: '\u00c4',
    bad: '\u00e4',
    mutation: ignoresCase,
  },
  { type: TEXT, target: 'text', value: string(''), good: '', bad: '\\N', mutation: nullIsEmpty },
  { type: TEXT, target: 'text', value: null, good: '\\N', bad: '', mutation: nullIsEmpty },
  {
    type: { kind: 'binary', bytes: 2 },
    target: 'bytea',
    value: bytes('6100'),
    good: '\\\\x6100',
    bad: '\\\\x61',
    mutation: stripsZeros,
  },
  {
    type: { kind: 'blob' },
    target: 'bytea',
    value: bytes('ff00'),
    good: '\\\\xff00',
    bad: '\\\\xff',
    mutation: stripsZeros,
  },
  {
    type: { kind: 'bit', bits: 9 },
    target: 'bit(9)',
    value: bytes('0101'),
    good: '100000001',
    bad: '000000011',
    mutation: ignoresOrder,
  },
  {
    type: { kind: 'enum', members: ['a', 'B'] },
    target: 'text',
    value: string('B'),
    good: 'B',
    bad: 'b',
    mutation: ignoresCase,
  },
  {
    type: { kind: 'set', members: ['x', 'y'] },
    target: 'text[]',
    value: string('x,y'),
    good: '{x,y}',
    bad: '{x}',
    mutation: (text) => text?.slice(0, 1) ?? null,
  },
  {
    type: { kind: 'json' },
    target: 'jsonb',
    value: string('{"n": 9007199254740993}'),
    good: '{"n": 9007199254740993}',
    bad: '{"n": 9007199254740992}',
    mutation: parsesJson,
  },
  {
    type: { kind: 'date' },
    target: 'date',
    value: string('2024-02-29'),
    good: '2024-02-29',
    bad: '2024-02-28',
    mutation: cutsLastDigit,
  },
  {
    type: { kind: 'datetime', fraction: 6 },
    target: 'timestamp(6) without time zone',
    value: string('2024-01-01T00:00:00.123456'),
    good: '2024-01-01 00:00:00.123456',
    bad: '2024-01-01 00:00:00.123457',
    mutation: cutsFraction,
  },
  {
    type: { kind: 'timestamp', fraction: 3 },
    target: 'timestamp(3) with time zone',
    value: string('2024-01-01T00:00:00.120Z'),
    good: '2024-01-01 00:00:00.12+00',
    bad: '2024-01-01 00:00:00.121+00',
    mutation: cutsFraction,
  },
  {
    type: { kind: 'time', fraction: 6 },
    target: 'time(6) without time zone',
    value: string('10:00:00.000001'),
    good: '10:00:00.000001',
    bad: '10:00:00',
    mutation: cutsFraction,
  },
  {
    type: { kind: 'time', fraction: 0 },
    target: 'interval(0)',
    value: string('-01:00:00'),
    good: '-01:00:00',
    bad: '01:00:00',
    mutation: forgetsSign,
  },
  {
    type: { kind: 'year' },
    target: 'smallint',
    value: long(1901n),
    good: '1901',
    bad: '1902',
    mutation: cutsLastDigit,
  },
  {
    type: { kind: 'geometry' },
    target: 'bytea',
    value: bytes('0101000000aa'),
    good: '\\\\x0101000000aa',
    bad: '\\\\x0101000000ab',
    mutation: cutsLastDigit,
  },
  {
    type: { kind: 'uuid' },
    target: 'uuid',
    value: string('5c2ac9a5-21d1-4b7e-b3a3-0123456789ab'),
    good: '5c2ac9a5-21d1-4b7e-b3a3-0123456789ab',
    bad: '5c2ac9a5-21d1-4b7e-b3a3-0123456789ac',
    mutation: cutsLastDigit,
  },
  {
    type: { kind: 'inet6' },
    target: 'inet',
    value: string('2001:db8::1'),
    good: '2001:db8::1',
    bad: '2001:db8::2',
    mutation: cutsLastDigit,
  },
  {
    type: { kind: 'inet4' },
    target: 'inet',
    value: string('10.0.0.1'),
    good: '10.0.0.1',
    bad: '10.0.0.1/24',
    mutation: cutsSize,
  },
  {
    type: { kind: 'vector' },
    target: 'real[]',
    value: written((out) => {
      out.long(2);
      out.float(0.5);
      out.float(1);
      out.byte(0);
    }),
    good: '{0.5,1}',
    bad: '{0.5,1.0000001}',
    mutation: cutsFractions,
  },
  // Of each form that a column of another type has on the target.
  {
    type: { kind: 'integer', bytes: 4, unsigned: false },
    target: 'text',
    value: long(1n),
    good: '1',
    bad: '1.0',
    mutation: cutsFraction,
  },
  {
    type: { kind: 'integer', bytes: 4, unsigned: false },
    target: 'numeric(10,2)',
    value: long(1n),
    good: '1.00',
    bad: '1.01',
    mutation: cutsFraction,
  },
  {
    type: { kind: 'integer', bytes: 8, unsigned: false },
    target: 'interval',
    value: long(1_000_000n),
    good: '00:00:01',
    bad: '00:00:01.000001',
    mutation: wholeSeconds,
  },
  {
    type: { kind: 'double' },
    target: 'numeric',
    value: written((out) => out.double(0.1)),
    good: '0.1',
    bad: '0.100000000000000001',
    mutation: throughNumber,
  },
  {
    type: { kind: 'set', members: ['x', 'y'] },
    target: 'text[]',
    value: string('x,y'),
    good: '{y,x}',
    bad: '{{x},{y}}',
    mutation: ignoresBraces,
  },
  {
    type: TEXT,
    target: 'jsonb',
    value: string('{"n":1.1}'),
    good: '{"n": 1.10}',
    bad: '{"n": 1.11}',
    mutation: cutsMantissa,
  },
  {
    type: TEXT,
    target: 'uuid',
    value: string('5C2AC9A521D14B7EB3A30123456789AB'),
    good: '5c2ac9a5-21d1-4b7e-b3a3-0123456789ab',
    bad: '5c2ac9a5-21d1-4b7e-b3a3-0123456789ac',
    mutation: cutsLastDigit,
  },
  {
    type: { kind: 'binary', bytes: 16 },
    target: 'uuid',
    value: bytes('5c2ac9a521d14b7eb3a30123456789ab'),
    good: '5c2ac9a5-21d1-4b7e-b3a3-0123456789ab',
    bad: '5c2ac9a5-21d1-4b7e-b3a3-0123456789ac',
    mutation: cutsLastDigit,
  },
  { type: TEXT, target: 'inet', value: string('10.0.0.1'), good: '10.0.0.1', bad: '10.0.0.1/24', mutation: cutsSize },
  { type: TEXT, target: 'citext', value: string('A'), good: 'A', bad: 'a', mutation: ignoresCase },
  {
    type: { kind: 'date' },
    target: 'timestamp(0) without time zone',
    value: string('2024-02-29'),
    good: '2024-02-29 00:00:00',
    bad: '2024-02-29 00:00:01',
    mutation: cutsLastDigit,
  },
  {
    type: { kind: 'datetime', fraction: 0 },
    target: 'date',
    value: string('2024-02-29T00:00:00'),
    good: '2024-02-29',
    bad: '2024-03-29 BC',
    mutation: skips,
  },
];

/** A codec whose canonical forms are broken. */
function broken(codec: ColumnCodec, mutation: Mutation): ColumnCodec {
  return {
    ...codec,
    canonicalSource: (value, target, policy) => mutation(codec.canonicalSource(value, target, policy)),
    canonicalTarget: (text, target) => mutation(codec.canonicalTarget(text, target)) ?? '',
  };
}

/** How many rows of a table of one row are told as different, its cell compared through this codec. */
function different({ type, target, value }: Case, printed: string, codec: ColumnCodec, isNullBroken: boolean): number {
  const id = { name: 'id', type: { kind: 'integer', bytes: 4, unsigned: false }, nullable: false } as const;
  const cell = { name: 'c', type, nullable: true };
  const version = tableVersion({ database: 'd', table: 't', columns: [id, cell], key: [0], uniques: [], cascades: [] });
  const held = { table: version, codecs: [codecOf(id.type), codec] };
  const common = { policy: POLICY, isOfOwnType: false };
  const compared = [
    {
      ...common,
      index: 0,
      name: 'id',
      type: id.type,
      codec: codecOf(id.type),
      targetName: 'id',
      targetType: 'integer',
    },
    { ...common, index: 1, name: 'c', type, codec, targetName: 'c', targetType: target },
  ];
  const print = new RowPrint({ held, compared, key: { places: [0], forms: null } });
  const key = long(1n);
  const image = Buffer.concat([key, value === null ? Buffer.of(0) : Buffer.concat([Buffer.of(2), value])]);
  const out = new ByteWriter();
  print.line(out, image);
  const text = out.take();
  const source = { rows: 1, text, image: () => image, key: () => key, lastSent: () => '1' };
  const line = Buffer.from(`.....1\t${printed}\n`);
  writeFrame(line, 0, line.length);
  const unequal = compareLines(print, source, { rows: 1, text: line });
  if (!isNullBroken) return unequal.length;
  return unequal.filter((row) => (row.source?.[1] ?? '') !== (row.target?.[1] ?? '')).length;
}

test.each(CASES)('a cell of $type.kind in $target: $good is equal, $bad is not', (one) => {
  const codec = codecOf(one.type);
  expect([different(one, one.good, codec, false), different(one, one.bad, codec, false)]).toEqual([0, 1]);
});

test.each(CASES)('a comparator broken for $type.kind in $target would be caught: it does not see $bad', (one) => {
  const codec = broken(codecOf(one.type), one.mutation);
  expect(different(one, one.bad, codec, one.mutation === nullIsEmpty)).toBe(0);
});

test('every type family has a case', () => {
  const kinds = new Set(CASES.map(({ type }) => type.kind));
  const all = ['integer', 'decimal', 'float', 'double', 'bit', 'text', 'binary', 'blob', 'enum', 'set', 'json', 'date'];
  const rest = ['datetime', 'timestamp', 'time', 'year', 'geometry', 'uuid', 'inet6', 'inet4', 'vector'];
  expect([...kinds].sort()).toEqual([...all, ...rest].sort());
});
