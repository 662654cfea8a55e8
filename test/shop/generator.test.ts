import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowRanges, shopTableRows } from '../../src/shop/fill.ts';
import { ShopModel, totalCents } from '../../src/shop/model.ts';
import { mix, Random, streamSeed } from '../../src/shop/random.ts';
import { SHOP_TABLES, SLOTS_PER_PRODUCT, shopRows } from '../../src/shop/scale.ts';

function everyRow(seed: number, scale: number): string {
  const model = new ShopModel(seed, scale);
  return SHOP_TABLES.flatMap((table) => [...shopTableRows(model, { table, from: 0, until: model.rows[table] })]).join(
    '\n',
  );
}

describe('the generator', () => {
  it('makes the same rows from the same seed', () => {
    expect(everyRow(11, 0.2)).toBe(everyRow(11, 0.2));
  });

  it('makes other rows from another seed', () => {
    expect(everyRow(11, 0.1)).not.toBe(everyRow(12, 0.1));
  });

  it('makes any range of a table alone, equal to that part of the whole', () => {
    const model = new ShopModel(5, 0.5);
    for (const table of SHOP_TABLES) {
      const until = model.rows[table];
      const from = Math.floor(until / 3);
      const whole = [...shopTableRows(model, { table, from: 0, until })];
      expect([...shopTableRows(model, { table, from, until })]).toEqual(whole.slice(from));
    }
  });

  it('cuts every table into ranges that cover each row once', () => {
    const model = new ShopModel(5, 30);
    for (const table of SHOP_TABLES) {
      const ranges = rowRanges(model).filter((range) => range.table === table);
      expect(ranges[0]?.from).toBe(0);
      expect(ranges.at(-1)?.until).toBe(model.rows[table]);
      expect(ranges.slice(1).map((range) => range.from)).toEqual(ranges.slice(0, -1).map((range) => range.until));
    }
  });

  it('keeps three different locations for each product at every scale', () => {
    for (const scale of [0.1, 1, 7, 100]) {
      const model = new ShopModel(3, scale);
      for (let product = 0; product < Math.min(500, model.rows.tbl_product); product++) {
        const slots = Array.from({ length: SLOTS_PER_PRODUCT }, (_, slot) => model.locationId(product, slot));
        expect(new Set(slots).size).toBe(SLOTS_PER_PRODUCT);
        expect(Math.max(...slots)).toBeLessThanOrEqual(model.rows.tbl_location);
      }
    }
  });

  it('invoices an order for the sum of its items', () => {
    const model = new ShopModel(3, 1);
    const cents = totalCents(model.items(17));
    const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
    const [order] = shopTableRows(model, { table: 'tbl_order', from: 17, until: 18 });
    const [invoice] = shopTableRows(model, { table: 'tbl_billing', from: 17, until: 18 });
    expect(order).toContain(`,${amount},`);
    expect(invoice).toContain(`,${amount},`);
  });
});

describe('the scale', () => {
  it('is ten thousand rows at 1 and about a million at 100', () => {
    const total = (scale: number) => Object.values(shopRows(scale)).reduce((sum, rows) => sum + rows, 0);
    expect(total(1)).toBe(10_000);
    expect(total(100)).toBeGreaterThan(980_000);
    expect(total(100)).toBeLessThan(1_020_000);
  });

  it('lets the tables of daily business grow with it, and the code lists stay', () => {
    expect(shopRows(50).tbl_order).toBe(50 * shopRows(1).tbl_order);
    expect(shopRows(50).tbl_customer).toBe(50 * shopRows(1).tbl_customer);
    expect(shopRows(50).tbl_reference).toBe(shopRows(1).tbl_reference);
  });

  it('refuses a scale that is not above 0', () => {
    expect(() => shopRows(0)).toThrow(RangeError);
    expect(() => shopRows(Number.NaN)).toThrow(RangeError);
  });
});

describe('the random stream', () => {
  it('stays below its limit', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 31 }), (seed, limit) => {
        const value = new Random(seed).below(limit);
        return Number.isInteger(value) && value >= 0 && value < limit;
      }),
    );
  });

  it('mixes different numbers into different numbers', () => {
    expect(new Set(Array.from({ length: 100_000 }, (_, i) => mix(i))).size).toBe(100_000);
  });

  it('gives every stream of a seed its own numbers', () => {
    expect(new Set(SHOP_TABLES.map((table) => streamSeed(1, table))).size).toBe(SHOP_TABLES.length);
  });
});
