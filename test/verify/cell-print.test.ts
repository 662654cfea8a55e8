import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/avro/byte-writer.ts';
import { AvroReader } from '../../src/avro/reader.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import { codecOf } from '../../src/column/family.ts';
import type { ColumnType } from '../../src/contract/table.ts';
import { uncopied } from '../../src/postgres/copy-field.ts';
import { cellPrinter } from '../../src/verify/cell-print.ts';

const POLICY = { nul: 'refuse', zeroDate: 'null', zone: 'UTC' } as const;

/** Avro's text of a string. */
function text(value: string): Buffer {
  const out = new AvroWriter(64);
  const bytes = Buffer.from(value);
  out.long(bytes.length);
  out.raw(bytes);
  return out.take();
}

function long(value: number): Buffer {
  const out = new AvroWriter(64);
  out.long(value);
  return out.take();
}

const two = (value: number) => String(value).padStart(2, '0');
const day = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 31 }))
  .map(([y, m, d]) => `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`);
const clock = fc
  .tuple(
    fc.integer({ min: 0, max: 23 }),
    fc.integer({ min: 0, max: 59 }),
    fc.constantFrom('000000', '100000', '123456'),
  )
  .map(([h, m, f]) => `${two(h)}:${two(m)}:59.${f}`);
const stamp = fc.tuple(day, clock).map(([d, c]) => `${d}T${c}`);
const json = fc.json().map((value) => value.replaceAll('\\u0000', ''));

const CASES: readonly (readonly [ColumnType, string, fc.Arbitrary<Buffer>])[] = [
  [{ kind: 'integer', bytes: 4, unsigned: false }, 'integer', fc.integer().map(long)],
  [{ kind: 'integer', bytes: 1, unsigned: false }, 'boolean', fc.integer({ min: -128, max: 127 }).map(long)],
  [{ kind: 'integer', bytes: 8, unsigned: false }, 'bigint', fc.maxSafeInteger().map(long)],
  [{ kind: 'integer', bytes: 2, unsigned: true }, 'numeric(7,2)', fc.nat(65535).map(long)],
  [{ kind: 'integer', bytes: 8, unsigned: true }, 'numeric(20,0)', fc.nat().map((n) => text(String(n)))],
  [{ kind: 'year' }, 'smallint', fc.nat(2155).map(long)],
  [{ kind: 'decimal', precision: 10, scale: 2 }, 'numeric(10,2)', fc.nat().map((n) => text(`${n}.50`))],
  [{ kind: 'text', charset: 'utf8mb4' }, 'text', fc.string({ unit: 'binary' }).map(text)],
  [{ kind: 'text', charset: 'utf8mb4' }, 'character(9)', fc.string().map((s) => text(`${s}  `))],
  [{ kind: 'text', charset: 'utf8mb4' }, 'jsonb', json.map(text)],
  [{ kind: 'text', charset: 'utf8mb4' }, 'uuid', fc.uuid().map((u) => text(u.toUpperCase()))],
  [{ kind: 'json' }, 'jsonb', json.map(text)],
  [{ kind: 'json' }, 'text', json.map(text)],
  [{ kind: 'date' }, 'date', day.map(text)],
  [{ kind: 'datetime', fraction: 6 }, 'timestamp(6) without time zone', stamp.map(text)],
  [{ kind: 'datetime', fraction: 6 }, 'timestamp with time zone', stamp.map(text)],
  [{ kind: 'timestamp', fraction: 6 }, 'timestamp(6) with time zone', stamp.map((s) => text(`${s}Z`))],
  [{ kind: 'time', fraction: 6 }, 'time(6) without time zone', clock.map(text)],
  [{ kind: 'time', fraction: 6 }, 'interval(6)', clock.map((c) => text(`-1${c}`))],
  [{ kind: 'blob' }, 'bytea', fc.uint8Array().map((b) => Buffer.concat([long(b.length), b]))],
  [{ kind: 'bit', bits: 8 }, 'bit(8)', fc.nat(255).map((n) => Buffer.concat([long(1), Buffer.of(n)]))],
  [{ kind: 'enum', members: ['a', 'b,c'] }, 'text', fc.constantFrom('a', 'b,c', '').map(text)],
  [{ kind: 'set', members: ['a', 'b'] }, 'text[]', fc.constantFrom('a', 'a,b', '').map(text)],
];

test.each(CASES)(
  'a cell of %j printed for %s has the canonical form of what it is printed from',
  (type, target, values) => {
    const codec = codecOf(type);
    const print = cellPrinter({ type, codec, targetType: target, policy: POLICY });
    fc.assert(
      fc.property(values, (value) => {
        const out = new ByteWriter();
        const reader = new AvroReader().over(value);
        print(reader, out);
        const isRead = reader.position === value.length;
        const printed = uncopied(out.take().toString());
        const canonical = codec.canonicalSource(new AvroReader().over(value), target, POLICY);
        // A text that the target never prints may have any form: it is never equal to one.
        if (!canBePrinted(target, printed)) return isRead;
        expect(printed === null ? null : codec.canonicalTarget(printed, target)).toBe(canonical);
        return isRead;
      }),
    );
  },
);

/** What no server prints for a type is not compared by its form. */
function canBePrinted(target: string, printed: string | null): boolean {
  if (printed === null) return true;
  if (/^(date|timestamp)/.test(target)) return !/^0000|-00/.test(printed);
  if (target === 'text[]') return printed.startsWith('{');
  if (target.startsWith('interval')) return printed.includes(':');
  return true;
}
