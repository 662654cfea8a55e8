import { expect, test } from 'vitest';
import { withTableLists } from '../../src/config/edit.ts';
import { loadConfig } from '../../src/config/load.ts';
import { withAdded, withRemoved } from '../../src/config/table-list.ts';

const HEAD = `pipeline: shop   # ours
source: { url: "mysql://a:\${PW}@h:1/shop", databases: [shop] }
target: { url: postgresql://a@h:1/shop }
`;

test('a table is taken in by the list that lacks it, and out by the list that has it', () => {
  const all = { include: ['*'], exclude: ['note', '*_tmp'] };
  expect(withAdded(all, ['note'])).toEqual({ include: ['*'], exclude: ['*_tmp'] });
  expect(withAdded(all, ['shop.order'])).toEqual(all);
  expect(withAdded(all, ['x_tmp'])).toEqual({ keepsOut: '*_tmp' });
  expect(withRemoved(all, ['order'])).toEqual({ include: ['*'], exclude: ['note', '*_tmp', 'order'] });
  expect(withAdded({ include: ['*'], exclude: ['shop.item'] }, ['item'])).toEqual({ keepsOut: 'shop.item' });
  expect(withRemoved({ include: ['shop.item'], exclude: [] }, ['item']).exclude).toEqual(['item']);
  const some = { include: ['tbl_*', 'note'], exclude: [] };
  expect(withAdded(some, ['shop.item'])).toEqual({ include: ['tbl_*', 'note', 'shop.item'], exclude: [] });
  expect(withRemoved(some, ['note'])).toEqual({ include: ['tbl_*'], exclude: [] });
  expect(withRemoved(some, ['tbl_a'])).toEqual({ include: ['tbl_*', 'note'], exclude: ['tbl_a'] });
  expect(withRemoved({ include: ['note'], exclude: [] }, ['note'])).toEqual({ include: ['note'], exclude: ['note'] });
});

test.each([
  ['no section', HEAD, ''],
  ['no end of line', HEAD.trimEnd(), ''],
  ['an empty section', `${HEAD}tables:\n`, ''],
  ['a flow section', `${HEAD}tables: { exclude: [old], priority: { low: [a] } }  # flow\n`, '  # flow\n'],
  ['an empty flow section', `${HEAD}tables: {}\nlog: { kind: embedded }\n`, '\nlog: { kind: embedded }\n'],
  [
    'a block section',
    `${HEAD}tables:\n  # why\n  include: ["*"]\n  rules:\n    t: { rename: u } # so\n`,
    '    t: { rename: u } # so\n',
  ],
  [
    'lists in lines',
    `${HEAD}tables:\n  include:\n    - a # one\n    - b\n  exclude:\n  - c\nlog: { kind: embedded }\n`,
    'log: { kind: embedded }\n',
  ],
])('a file with %s says other lists afterwards, and all else of it stays byte for byte', (_, text, tail) => {
  for (const lists of [
    { include: ['tbl_*', 'shop.item', 'a$b', 'q"\'\\\\*'], exclude: ['x', '語'] },
    { include: ['*'], exclude: ['x'] },
  ]) {
    const before = loaded(text).config?.tables ?? lists;
    const after = withTableLists(text, before, lists);
    expect(after.startsWith(HEAD.trimEnd())).toBe(true);
    expect(after.endsWith(tail) || tail === '').toBe(true);
    const { config, problems } = loaded(after);
    expect([after, problems]).toEqual([after, []]);
    expect([config?.tables.include, config?.tables.exclude]).toEqual([lists.include, lists.exclude]);
    expect(config?.tables.rules.size).toBe(loaded(text).config?.tables.rules.size);
    expect(config?.tables.priority).toEqual(loaded(text).config?.tables.priority);
    // What stands there already is left as it is.
    expect(withTableLists(after, lists, lists)).toBe(after);
    expect(after.includes('include:')).toBe(text.includes('include:') || lists.include[0] !== '*');
  }
});

function loaded(text: string) {
  return loadConfig({ file: 'sluice.yaml', text, flags: {}, environment: { PW: 'x' }, readFile: () => '' });
}
