import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AvroReader } from '../../src/avro/reader.ts';
import { jsonDouble } from '../../src/column/json-number.ts';
import { canonical, codecFor, copied, fromCell, fromQuery } from './one-value.ts';

const LONGLONG = { code: 8, meta: 0 };
const bigint = codecFor('bigint');
const unsigned = codecFor('bigint unsigned');

const SIGNED = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc
    .tuple(fc.nat(63), fc.integer({ min: -2, max: 2 }))
    .map(([bits, near]) => BigInt.asIntN(64, 2n ** BigInt(bits) + BigInt(near))),
);

function cellOf(value: bigint): Buffer {
  const cell = Buffer.alloc(8);
  cell.writeBigUInt64LE(BigInt.asUintN(64, value));
  return cell;
}

test('a bigint is the same from the binlog and from text, and leaves with all its digits', () => {
  fc.assert(
    fc.property(SIGNED, (value) => {
      const avro = fromCell(bigint, LONGLONG, cellOf(value));
      expect(new AvroReader().over(avro).bigLong()).toBe(value);
      expect(fromQuery(bigint, String(value))).toEqual(avro);
      expect(copied(bigint, avro, 'bigint')).toBe(String(value));
    }),
    { numRuns: 2000 },
  );
});

test('a bigint unsigned keeps its digits beyond 2^63, and bigint refuses them', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const avro = fromCell(unsigned, LONGLONG, cellOf(value));
      expect(fromQuery(unsigned, String(value).padStart(20, '0'))).toEqual(avro);
      expect(copied(unsigned, avro, 'numeric(20,0)')).toBe(String(value));
      expect(copied(unsigned, avro, 'bigint')).toBe(value < 2n ** 63n ? String(value) : '!out-of-range');
    }),
    { numRuns: 2000 },
  );
});

test('a value beyond the target type is refused, one at its edge is taken', () => {
  const into = (type: string, value: string, target: string) =>
    copied(codecFor(type), fromQuery(codecFor(type), value), target);
  expect(into('int', '32767', 'smallint')).toBe('32767');
  expect(into('int', '32768', 'smallint')).toBe('!out-of-range');
  expect(into('int', '-32768', 'smallint')).toBe('-32768');
  expect(into('int unsigned', '4294967295', 'integer')).toBe('!out-of-range');
  expect(into('int unsigned', '4294967295', 'bigint')).toBe('4294967295');
  expect(into('tinyint(1)', '2', 'boolean')).toBe('!not-boolean');
  expect(into('tinyint(1)', '1', 'boolean')).toBe('t');
  expect(into('decimal(10,2)', '99999999.99', 'numeric(8,2)')).toBe('!out-of-range');
  expect(into('decimal(10,2)', '1.50', 'numeric(8,1)')).toBe('1.5');
  expect(into('decimal(10,2)', '1.55', 'numeric(8,1)')).toBe('!cut-fraction');
  expect(into('decimal(10,2)', '1.00', 'integer')).toBe('1');
  expect(into('double', '0.1', 'real')).toBe('!cut-fraction');
  expect(into('double', '1e300', 'real')).toBe('!out-of-range');
  expect(into('bigint', '-90061000001', 'interval')).toBe('-25:01:01.000001');
});

test('a decimal is read from its packed form with the sign, the zeros and the digits that the server prints', () => {
  const decimal = codecFor('decimal(14,4)');
  const wire = { code: 246, meta: 14 | (4 << 8) };
  expect(fromCell(decimal, wire, Buffer.from('810dfb38d204d2', 'hex')).toString()).toBe(
    fromQuery(decimal, '1234567890.1234').toString(),
  );
  expect(fromCell(decimal, wire, Buffer.from('7ef204c72dfb2d', 'hex')).toString()).toBe(
    fromQuery(decimal, '-1234567890.1234').toString(),
  );
  expect(fromQuery(decimal, '-0000000000.5000')).toEqual(fromQuery(decimal, '-0.5000'));
});

test('every double has a text in JSON that reads back as the same double', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Object.is(Number(jsonDouble(value)), value)).toBe(true);
    }),
  );
});

test('floats are compared by bits, decimals by value', () => {
  expect(canonical(codecFor('float'), fromQuery(codecFor('float'), '-0'), 'real')).toBe('-0');
  expect(codecFor('float').canonicalTarget('0.1', 'real')).toBe(
    canonical(codecFor('float'), fromQuery(codecFor('float'), '0.10000000149011612'), 'real'),
  );
  expect(codecFor('decimal(9,4)').canonicalTarget('1.5', 'numeric(5,1)')).toBe(
    canonical(codecFor('decimal(9,4)'), fromQuery(codecFor('decimal(9,4)'), '1.5000'), 'numeric(5,1)'),
  );
});

test('a double that holds a FLOAT is compared with all its bits', () => {
  const float = codecFor('float');
  const form = canonical(float, fromQuery(float, '0.10000000149011612'), 'double precision');
  expect(form).toBe(float.canonicalTarget('0.10000000149011612', 'double precision'));
  expect(form).not.toBe(float.canonicalTarget('0.1', 'double precision'));
});

test('a double in a numeric is compared with all digits of the numeric', () => {
  const double = codecFor('double');
  const written = (text: string) => canonical(double, fromQuery(double, text), 'numeric');
  expect(double.canonicalTarget('0.1', 'numeric')).toBe(written('0.1'));
  expect(double.canonicalTarget('1000000000000000000000000', 'numeric')).toBe(written('1e24'));
  expect(double.canonicalTarget('0.00000012', 'numeric')).toBe(written('1.2e-7'));
  expect(double.canonicalTarget('-1.50', 'numeric')).toBe(written('-1.5'));
  expect(double.canonicalTarget('0', 'numeric')).toBe(written('-0'));
  for (const other of ['0.100000000000000001', '0.10000000000000000000000001', 'NaN'])
    expect(double.canonicalTarget(other, 'numeric')).not.toBe(written('0.1'));
});

test('an integer in a column of another type equals no text that only looks like it', () => {
  const int = codecFor('int');
  for (const [text, target] of [
    ['t', 'text'],
    ['1.0', 'text'],
    ['1.0', 'citext'],
    ['1.5', 'numeric(10,2)'],
    ['-1', 'double precision'],
    ['f', 'boolean'],
  ] as const)
    expect(int.canonicalTarget(text, target), `${text} in ${target}`).not.toBe('1');
  for (const [text, target] of [
    ['1', 'text'],
    ['1.00', 'numeric(10,2)'],
    ['1', 'double precision'],
    ['t', 'boolean'],
  ] as const)
    expect(int.canonicalTarget(text, target), `${text} in ${target}`).toBe('1');
  expect(bigint.canonicalTarget('1e+15', 'double precision')).toBe('1000000000000000');
  expect(unsigned.canonicalTarget('1.0', 'text')).not.toBe('1');
});
