import { expect, test } from 'vitest';
import { compareRowCount } from '../../../src/verify/also/row-count.ts';
import { compareDrift } from '../../../src/verify/also/schema-drift.ts';
import { compareSequence } from '../../../src/verify/also/sequence-number.ts';

const counted = { table: 'shop.orders', sourceRows: 10, targetRows: 9, position: 'p' };

test('row counts differ only where both were counted at one position', () => {
  expect(compareRowCount(counted)).toMatchObject({ state: 'different', reason: '1 row is missing on the target' });
  expect(compareRowCount({ ...counted, targetRows: 12 }).reason).toBe('2 rows are on the target only');
  expect(compareRowCount({ ...counted, position: null }).state).toBe('not-compared');
  expect(compareRowCount({ ...counted, targetRows: 10, position: null }).state).toBe('equal');
});

const sequence = {
  table: { schema: 'public', table: 'orders' },
  column: 'id',
  sequence: { schema: 'public', table: 'orders_id_seq' },
  limit: '2147483647',
  next: '11',
  greatest: '10',
  sourceNext: '11',
};

test('a sequence is right exactly where its next number is past the rows and not below the next of the source', () => {
  expect(compareSequence(sequence, false).state).toBe('equal');
  expect(compareSequence({ ...sequence, next: '10' }, false).state).toBe('different');
  expect(compareSequence({ ...sequence, sourceNext: '12' }, false)).toMatchObject({ state: 'different', target: '11' });
  expect(compareSequence({ ...sequence, sourceNext: '12' }, true).state).toBe('not-compared');
  expect(compareSequence({ ...sequence, next: '1', greatest: null, sourceNext: null }, false).state).toBe('equal');
  const huge = { ...sequence, limit: '9223372036854775807', greatest: '9223372036854775806' };
  expect(compareSequence({ ...huge, next: '9223372036854775806' }, false).state).toBe('different');
  expect(compareSequence({ ...huge, next: '9223372036854775807' }, false).state).toBe('equal');
});

test('a sequence that ends before the next number is a difference, also while rows come', () => {
  const full = { ...sequence, greatest: '2147483647', next: '2147483647' };
  expect(compareSequence(full, true)).toMatchObject({ state: 'different', reason: expect.stringContaining('ends at') });
});

test('a schema without drift is one line; a number that is behind is no fault while rows come', () => {
  expect(compareDrift([], { planned: 14, isMoving: true })).toMatchObject([
    { state: 'equal', target: '14 tables as planned' },
  ]);
  const behind = { object: 'public.s', kind: 'behind', expected: '9', standing: '1', text: 'goes on with 1' } as const;
  expect(compareDrift([behind], { planned: 1, isMoving: true })[0]?.state).toBe('not-compared');
  expect(compareDrift([behind], { planned: 1, isMoving: false })[0]?.state).toBe('different');
});
