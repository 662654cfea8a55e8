import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { typeTable } from '../../scripts/type-table.ts';
import { VALUE_REASONS } from '../../src/column/value-reason.ts';

const root = new URL('../../', import.meta.url);

test('docs/types.md says what the column families do (node scripts/type-table.ts makes it)', () => {
  expect(readFileSync(new URL('docs/types.md', root), 'utf8')).toBe(typeTable());
});

test('every reason to refuse a value is documented, and no other', () => {
  const folder = new URL('src/column/', root);
  const code = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const used = code.flatMap((text) =>
    [...text.matchAll(/(?:new ValueError|spelled)\(\s*'([a-z-]+)'/g)].map((match) => match[1]),
  );
  expect([...new Set(used)].sort()).toEqual(Object.keys(VALUE_REASONS).sort());
});
