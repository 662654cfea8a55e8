import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';
import { durationMs, sizeBytes } from '../../src/config/unit.ts';
import { parseValue } from '../../src/config/value.ts';

it('reads durations and sizes with their unit and nothing else', () => {
  expect(['250ms', '5s', '1.5m', '6h', '2d'].map(durationMs)).toEqual([250, 5000, 90_000, 21_600_000, 172_800_000]);
  expect(['512B', '64KiB', '0.5MiB', '1GiB'].map(sizeBytes)).toEqual([512, 65_536, 524_288, 1_073_741_824]);
  for (const text of ['5', '5 s', '-5s', 's', '5S', '1e3s', '', '5sec', '٥s']) expect(durationMs(text)).toBeNull();
  for (const text of ['5', '5MB', '5kb', '-1B', '5mib']) expect(sizeBytes(text)).toBeNull();
});

it('finds the key that was meant, through one slip, and none for something else', () => {
  const keys = ['include', 'exclude', 'priority', 'rules'];
  expect(['inlcude', 'exlude', 'prioritys', 'Rules'].map((key) => nearest(key, keys))).toEqual(keys);
  expect(nearest('tls', keys)).toBeNull();
});

it('accepts exactly the dates that exist', () => {
  const of = (text: string) => parseValue({ kind: 'zeroDate' }, text, false).isValid;
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(of(date.toISOString().slice(0, 10))).toBe(true);
    }),
  );
  for (const text of ['2023-02-29', '0000-00-00', '0000-01-01', '2023-1-1', 'infinity', '10000-01-01']) {
    expect(of(text)).toBe(false);
  }
});
