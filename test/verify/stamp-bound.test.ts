import { expect, test } from 'vitest';
import { stampBound } from '../../src/verify/stamp-bound.ts';

test.each([
  ['2024-02-29', 0, '2024-02-29'],
  ['2024-02-29 01:02:03.000004', 6, '2024-02-29 01:02:03.000004'],
  ['0001-01-01', 0, '0001-01-01'],
  ['9999-12-31', 0, '9999-12-31'],
])('a bound that both calendars know, %s, stays as it is', (text, fraction, bound) => {
  expect(stampBound(text, fraction)).toBe(bound);
});

test.each([
  ['0000-00-00', 0, '-infinity'],
  ['0000-05-05', 0, '-infinity'],
  ['0001-00-07', 0, '-infinity'],
  ['0001-01-00', 0, '-infinity'],
  ['2024-00-15', 0, '2023-12-31 23:59:59'],
  ['2024-01-00', 0, '2023-12-31 23:59:59'],
  ['2024-03-00 10:00:00', 6, '2024-02-29 23:59:59.999999'],
  ['2024-02-31 10:00:00.000', 3, '2024-02-29 23:59:59.999'],
  ['2023-02-29', 0, '2023-02-28 23:59:59'],
  ['1900-02-29', 0, '1900-02-28 23:59:59'],
])('a bound that the target cannot read, %s, is the last moment before it', (text, fraction, bound) => {
  expect(stampBound(text, fraction)).toBe(bound);
});
