import { expect, test } from 'vitest';
import { ChunkSize } from '../../src/mysql/chunk-size.ts';

const MIB = 1024 * 1024;

test('chunks grow to the target time, at most doubled a time', () => {
  const size = new ChunkSize({ targetMs: 1000, mostBytes: 1000 * MIB }, 100);
  expect(size.rows).toBe(10_000);
  size.learn(10_000, MIB, 10);
  expect(size.rows).toBe(20_000);
  size.learn(20_000, 2 * MIB, 4000);
  expect(size.rows).toBe(5000);
});

test('wide rows make small chunks, down to a single row', () => {
  const size = new ChunkSize({ targetMs: 1000, mostBytes: 16 * MIB }, 4 * MIB);
  expect(size.rows).toBe(2);
  size.learn(2, 200 * MIB, 10);
  expect(size.rows).toBe(1);
  size.shrink(1);
  expect(size.rows).toBe(1);
});

test('a chunk that passed its bytes is tried again with half the rows that it got to', () => {
  const size = new ChunkSize({ targetMs: 1000, mostBytes: 16 * MIB }, 0);
  size.shrink(500);
  expect(size.rows).toBe(250);
});

test('a fixed size stays what it is', () => {
  const size = new ChunkSize({ targetMs: 1, mostBytes: 1, fixedRows: 7 }, 1000);
  size.learn(7, 7000, 5000);
  size.shrink(3);
  expect(size.rows).toBe(7);
});
