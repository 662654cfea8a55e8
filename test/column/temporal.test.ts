import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, codecFor, copied, fromCell, fromQuery } from './one-value.ts';

const STRICT = { nul: 'refuse', zeroDate: 'refuse' } as const;

test('a timestamp of any second has the date of the proleptic calendar', () => {
  const timestamp = codecFor('timestamp');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seconds) => {
      const cell = Buffer.alloc(4);
      cell.writeUInt32BE(seconds);
      const text = fromCell(timestamp, { code: 17, meta: 0 }, cell).toString('latin1', 1);
      expect(text).toBe(`${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
    }),
    { numRuns: 2000 },
  );
});

test('zero and partial-zero dates follow the policy: refused, NULL, minus infinity or a date', () => {
  for (const type of ['date', 'datetime(3)', 'timestamp']) {
    const codec = codecFor(type);
    const target = codec.target({ columnType: type });
    for (const day of ['0000-00-00', '2024-00-15', '2024-02-00', '0000-02-01']) {
      const clock = type === 'date' ? '' : type === 'timestamp' ? ' 00:00:00' : ' 00:00:00.000';
      const avro = fromQuery(codec, day + clock);
      expect(copied(codec, avro, target)).toBe('!zero-date');
      const policy = (zeroDate: string) => ({ ...STRICT, zeroDate });
      expect(copied(codec, avro, target, policy('null'))).toBe('\\N');
      expect(canonical(codec, avro, target, policy('null'))).toBeNull();
      expect(copied(codec, avro, target, policy('-infinity'))).toBe('-infinity');
      expect(canonical(codec, avro, target, policy('-infinity'))).toBe('-infinity');
      expect(copied(codec, avro, target, policy('1970-01-01'))).toBe('1970-01-01');
      expect(canonical(codec, avro, target, policy('1970-01-01'))).toBe(
        type === 'date' ? '1970-01-01' : '1970-01-01 00:00:00',
      );
    }
  }
});

test('a day that no calendar has, a cut fraction and a cut time of day are refused', () => {
  const date = codecFor('date');
  const datetime = codecFor('datetime(6)');
  expect(copied(date, fromQuery(date, '2023-02-29'), 'date')).toBe('!invalid-date');
  expect(copied(date, fromQuery(date, '2024-02-29'), 'date')).toBe('2024-02-29');
  expect(copied(date, fromQuery(date, '1900-02-29'), 'date')).toBe('!invalid-date');
  const fine = fromQuery(datetime, '2024-02-29 12:00:00.120000');
  expect(copied(datetime, fine, 'timestamp(2) without time zone')).toBe('2024-02-29T12:00:00.120000');
  expect(copied(datetime, fine, 'timestamp(1) without time zone')).toBe('!cut-fraction');
  expect(copied(datetime, fine, 'date')).toBe('!cut-time');
  expect(copied(datetime, fromQuery(datetime, '2024-02-29 00:00:00.000000'), 'date')).toBe('2024-02-29');
});

test('a time beyond a day enters interval and is refused by time', () => {
  const time = codecFor('time(1)');
  const into = (value: string, target: string) => copied(time, fromQuery(time, value), target);
  expect(into('24:00:00.0', 'time(1) without time zone')).toBe('24:00:00.0');
  expect(into('24:00:00.1', 'time(1) without time zone')).toBe('!out-of-range');
  expect(into('-00:00:01.0', 'time(1) without time zone')).toBe('!out-of-range');
  expect(into('100:00:00.0', 'time(1) without time zone')).toBe('!out-of-range');
  expect(into('-838:59:59.5', 'interval(1)')).toBe('-838:59:59.5');
  expect(time.canonicalTarget('-838:59:59.5', 'interval(1)')).toBe(
    canonical(time, fromQuery(time, '-838:59:59.5'), 'interval(1)'),
  );
  expect(time.canonicalTarget('1 day 02:03:04', 'interval')).toBe(time.canonicalTarget('26:03:04', 'interval'));
});

test('an interval without a length is no clock', () => {
  const time = codecFor('time(1)');
  for (const text of ['infinity', '-infinity', '1 mon', '1 year'])
    expect(time.canonicalTarget(text, 'interval')).not.toBe(time.canonicalTarget('00:00:00', 'interval'));
  expect(time.canonicalTarget('-1 days +02:00:00', 'interval')).toBe(time.canonicalTarget('-22:00:00', 'interval'));
});

test('a date of the target with an era or a fifth digit of the year is not the date without it', () => {
  const date = codecFor('date');
  expect(date.canonicalTarget('2024-03-15 BC', 'date')).not.toBe(date.canonicalTarget('2024-03-15', 'date'));
  expect(date.canonicalTarget('10000-01-01', 'date')).not.toBe(date.canonicalTarget('10000-01-02', 'date'));
});

test('a time of day that a date column cannot hold is not equal to the date without it', () => {
  const datetime = codecFor('datetime(6)');
  const form = (text: string) => canonical(datetime, fromQuery(datetime, text), 'date');
  expect(form('2024-03-15 00:00:00.000000')).toBe(datetime.canonicalTarget('2024-03-15', 'date'));
  expect(form('2024-03-15 00:00:00.000001')).not.toBe(datetime.canonicalTarget('2024-03-15', 'date'));
});
