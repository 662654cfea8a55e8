import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/avro/byte-writer.ts';
import { AvroReader } from '../../src/avro/reader.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import { codecOf } from '../../src/column/family.ts';
import { ValueError } from '../../src/contract/error.ts';
import type { ColumnType } from '../../src/contract/table.ts';
import { cellPrinter } from '../../src/verify/cell-print.ts';
import { sentPrinter } from '../../src/verify/sent-print.ts';

const POLICIES = [
  { nul: 'refuse', zeroDate: 'null' },
  { nul: 'strip', zeroDate: '-infinity', zone: 'Europe/Vienna' },
] as const;

const two = (value: number) => String(value).padStart(2, '0');
const day = fc
  .tuple(fc.nat(9999), fc.nat(12), fc.nat(31))
  .map(([y, m, d]) => `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`);
const clock = fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59)).map((parts) => parts.map(two).join(':'));
const fraction = fc.constantFrom('', '.000000', '.100000', '.123456', '.5');
const stamp = fc.tuple(day, clock, fraction).map(([d, c, f]) => `${d} ${c}${f}`);
const padded = fc.tuple(fc.constantFrom('', '0', '000'), fc.nat()).map(([zeros, n]) => `${zeros}${n}`);
const signed = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const decimal = fc
  .tuple(fc.constantFrom('', '-'), padded, fc.constantFrom('', '.50', '.00'))
  .map((one) => one.join(''));
const words = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', '\b', 'N', '\0', 'é') }),
);
const long = fc.string({ minLength: 300, maxLength: 70_000, unit: fc.constantFrom('a', 'b', '\\', 'ü') });
const bytes = fc.uint8Array().map((one) => Buffer.from(one));

const CASES: readonly (readonly [ColumnType, string, fc.Arbitrary<string | Buffer>])[] = [
  [{ kind: 'integer', bytes: 4, unsigned: false }, 'integer', fc.integer().map(String)],
  [{ kind: 'integer', bytes: 4, unsigned: true }, 'bigint', padded],
  [{ kind: 'integer', bytes: 1, unsigned: false }, 'boolean', fc.integer({ min: -128, max: 127 }).map(String)],
  [{ kind: 'integer', bytes: 8, unsigned: false }, 'bigint', signed],
  [{ kind: 'integer', bytes: 8, unsigned: false }, 'interval', signed],
  [{ kind: 'integer', bytes: 8, unsigned: true }, 'numeric(20,0)', padded],
  [{ kind: 'year' }, 'smallint', fc.constantFrom('0000', '1999', '2155', '70')],
  [{ kind: 'decimal', precision: 20, scale: 2 }, 'numeric(20,2)', decimal],
  [{ kind: 'text', charset: 'utf8mb4' }, 'text', words],
  [{ kind: 'text', charset: 'utf8mb4' }, 'text', long],
  [{ kind: 'text', charset: 'utf8mb3' }, 'character varying(9)', words],
  [{ kind: 'text', charset: 'latin1' }, 'text', bytes],
  [{ kind: 'text', charset: 'utf8mb4' }, 'character(9)', words],
  [{ kind: 'json' }, 'jsonb', fc.json()],
  [{ kind: 'date' }, 'date', day],
  [{ kind: 'date' }, 'timestamp(0) without time zone', day],
  [{ kind: 'datetime', fraction: 6 }, 'timestamp(6) without time zone', stamp],
  [{ kind: 'datetime', fraction: 6 }, 'timestamp(6) with time zone', stamp],
  [{ kind: 'timestamp', fraction: 6 }, 'timestamp(6) with time zone', stamp],
  [{ kind: 'time', fraction: 0 }, 'time(0) without time zone', clock],
  [{ kind: 'blob' }, 'bytea', bytes],
  [{ kind: 'binary', bytes: 16 }, 'bytea', bytes],
  [
    { kind: 'binary', bytes: 16 },
    'uuid',
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((one) => Buffer.from(one)),
  ],
  [{ kind: 'bit', bits: 8 }, 'bit(8)', fc.nat(255).map((n) => Buffer.of(n))],
  [{ kind: 'enum', members: ['a', 'b\\c'] }, 'text', fc.constantFrom('a', 'b\\c', '')],
  [{ kind: 'set', members: ['a', 'b'] }, 'text[]', fc.constantFrom('a', 'a,b', '')],
  [{ kind: 'double' }, 'double precision', fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)],
];

/** What it prints, or why it cannot. */
function printed(print: (out: ByteWriter) => void): string {
  const out = new ByteWriter(16);
  try {
    print(out);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return `refused: ${error.reason}`;
  }
  return out.take().toString('latin1');
}

/** An hour that the clocks of Vienna leave out. */
function examplesOf({ kind }: ColumnType): [string][] {
  return kind === 'datetime' ? [['2024-03-31 02:30:00']] : [];
}

test.each(CASES)('a cell of %j for %s is printed as sent as by way of its Avro value', (type, targetType, texts) => {
  for (const policy of POLICIES) {
    const column = { type, codec: codecOf(type), targetType, policy };
    const sent = sentPrinter(column);
    const print = cellPrinter(column);
    fc.assert(
      fc.property(texts, (text) => {
        const cell = Buffer.concat([Buffer.from('before'), Buffer.from(text as string), Buffer.from('behind')]);
        const [start, end] = [6, cell.length - 6];
        const byValue = printed((out) => {
          const value = new AvroWriter(16);
          column.codec.query(cell, start, end, value);
          print(new AvroReader().over(value.take()), out);
        });
        expect(printed((out) => sent(cell, start, end, out))).toBe(byValue);
      }),
      { examples: examplesOf(type) },
    );
  }
});
