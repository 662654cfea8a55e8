import { expect, test } from 'vitest';
import { HoldUp } from '../../src/pipeline/status/hold-up.ts';

test('what holds the way back up is told while it is tried again, until the source has more', () => {
  const held = new HoldUp();
  expect(held.at(null)).toBeNull();
  held.met('another shape', '0/10');
  expect(held.at('0/10')).toBe('another shape');
  expect(held.at('0/18')).toBeNull();
  held.met('the source is away', '0/18');
  expect(held.at('0/18')).toBe('the source is away');
});

test('what kept it from beginning is told until anything is known of the source', () => {
  const held = new HoldUp();
  held.met('the source is away', null);
  expect(held.at(null)).toBe('the source is away');
  expect(held.at('0/10')).toBeNull();
});
