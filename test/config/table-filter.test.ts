import fc from 'fast-check';
import { expect, it } from 'vitest';
import { globPattern, isIncluded, priorityOf, ruleOf } from '../../src/config/table-filter.ts';

const rule = (rename: string) => ({
  rename,
  columns: new Map(),
  exclude: [],
  mask: new Map(),
  cast: new Map(),
  case: new Map(),
  zeroDate: new Map(),
  nul: new Map(),
});
const tables = {
  include: ['tbl_*', 'crm.*'],
  exclude: ['*_tmp', 'crm.secret?'],
  maskSalt: null,
  priority: { high: ['tbl_order'], medium: [], low: ['tbl_*'] },
  rules: new Map([
    ['tbl_a', rule('plain')],
    ['crm.tbl_a', rule('qualified')],
  ]),
};

it('includes a table by its own name or by DATABASE.TABLE, and exclude is stronger', () => {
  expect(isIncluded(tables, 'shop', 'tbl_order')).toBe(true);
  expect(isIncluded(tables, 'shop', 'order')).toBe(false);
  expect(isIncluded(tables, 'shop', 'tbl_order_tmp')).toBe(false);
  expect(isIncluded(tables, 'crm', 'anything')).toBe(true);
  expect(isIncluded(tables, 'crm', 'secret1')).toBe(false);
  expect(isIncluded(tables, 'crm', 'secret')).toBe(true);
  expect(isIncluded(tables, 'shop', 'TBL_order')).toBe(false);
});

it('gives a table in two lists the more urgent priority and the rest the middle one', () => {
  expect(priorityOf(tables, 'shop', 'tbl_order')).toBe('high');
  expect(priorityOf(tables, 'shop', 'tbl_audit')).toBe('low');
  expect(priorityOf(tables, 'shop', 'other')).toBe('medium');
});

it('prefers the rule that names the database', () => {
  expect(ruleOf(tables, 'shop', 'tbl_a')?.rename).toBe('plain');
  expect(ruleOf(tables, 'crm', 'tbl_a')?.rename).toBe('qualified');
  expect(ruleOf(tables, 'crm', 'tbl_b')).toBeNull();
});

it('matches every name against itself, escaped, and against a star', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
      const escaped = name.replace(/[\\*?]/g, (character) => `\\${character}`);
      expect(globPattern(escaped).test(name)).toBe(true);
      expect(globPattern('*').test(name)).toBe(true);
      expect(globPattern(`${escaped}x`).test(name)).toBe(false);
    }),
  );
});
