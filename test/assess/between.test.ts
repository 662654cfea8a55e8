import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { between } from '../../src/assess/between.ts';
import type { ColumnType } from '../../src/contract/table.ts';

const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex').toUpperCase();
const plain = (text: string | null) => (text === null ? null : Buffer.from(text, 'hex').toString('latin1'));

describe('a place between two keys', () => {
  it('of numbers, decimals and moments lies between them', () => {
    const bigint: ColumnType = { kind: 'integer', bytes: 8, unsigned: true };
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const found = BigInt(between(bigint, [String(low), String(high)], 0.5) ?? '-1');
        expect(low <= found && found <= high).toBe(true);
      }),
    );
    const decimal: ColumnType = { kind: 'decimal', precision: 20, scale: 4 };
    expect(between(decimal, ['-1.5000', '2.0000'], 0.5)).toBe('0.2500');
    expect(between(decimal, ['-0.0200', '0.0100'], 0.25)).toBe('-0.0125');
    expect(between({ kind: 'date' }, ['2020-01-01', '2020-01-03'], 0.5)).toBe('2020-01-02');
    const moment: ColumnType = { kind: 'datetime', fraction: 6 };
    expect(between(moment, ['2020-01-01 00:00:00.000000', '2020-01-01 02:00:00.000000'], 0.5)).toBe(
      '2020-01-01 01:00:00.000',
    );
    expect(between(moment, ['0000-00-00 00:00:00', '2020-01-01 00:00:00'], 0.5)).toBeNull();
  });

  it('of bytes and UUIDs lies between them, whatever they begin with', () => {
    const type: ColumnType = { kind: 'blob' };
    expect(between(type, ['', 'FF'], 0.5)).toBe('7F8000');
    const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array).toString('hex').toUpperCase());
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const found = between(type, [low, high], 0.5) ?? '';
        expect(low.padEnd(found.length, '0') <= found && found <= high.padEnd(found.length, '0')).toBe(true);
      }),
    );
    const ends: [string, string] = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
    expect(between({ kind: 'uuid' }, ends, 0.5)).toBe('7fffffff-ffff-ffff-ffff-ffffffffffff');
  });

  it('of texts keeps what both begin with and goes on in letters and digits; beyond ASCII none is known', () => {
    const type: ColumnType = { kind: 'text', charset: 'utf8mb4' };
    expect(plain(between(type, [hex('user-000'), hex('user-999')], 0.5))).toMatch(/^user-[45]/);
    expect(plain(between(type, [hex('Anna'), hex('zoe')], 0.5))).toMatch(/^[lmn]/);
    expect(between(type, ['C3A4', 'C3B6'], 0.5)).toBeNull();
    expect(between({ kind: 'text', charset: 'utf16' }, ['0041', '005A'], 0.5)).toBeNull();
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 12 });
    fc.assert(
      fc.property(ascii, ascii, (a, b) => /^([2-7][0-9A-F])*$/.test(between(type, [hex(a), hex(b)], 0.5) ?? '')),
    );
  });
});
