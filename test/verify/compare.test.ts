import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CanonicalRow, compareTable } from '../../src/verify/compare.ts';

async function* batches(rows: readonly CanonicalRow[]) {
  for (let i = 0; i < rows.length; i += 3) yield rows.slice(i, i + 3);
}

function compare(source: readonly CanonicalRow[], target: readonly CanonicalRow[], key: readonly number[] = [0]) {
  const columns = ['id', 'a', 'b'];
  return compareTable({ columns, key, source: () => batches(source), target: () => batches(target) });
}

const cell = fc.option(fc.constantFrom('', ' ', 'x', '1', '1:', ';', '-'));
const table = fc.uniqueArray(fc.tuple(fc.nat({ max: 50 }).map(String), cell, cell), { selector: ([id]) => id });

test('the same rows in any order are equal', async () => {
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      const result = await compare(rows, [...rows].reverse());
      expect(result).toMatchObject({ isEqual: true, differences: [], sourceRows: rows.length });
    }),
  );
});

test('any changed cell, missing or extra row is found and named, NULL and the empty string apart', async () => {
  await fc.assert(
    fc.asyncProperty(table, table, async (source, target) => {
      const { differences, isEqual } = await compare(source, target);
      const expected = expectedDifferences(source, target);
      expect(differences.map(({ kind, key, column }) => `${kind} ${key['id']} ${column}`).sort()).toEqual(expected);
      expect(isEqual).toBe(expected.length === 0);
    }),
  );
});

function expectedDifferences(source: readonly CanonicalRow[], target: readonly CanonicalRow[]): string[] {
  const names = ['id', 'a', 'b'];
  const there = new Map(target.map((row) => [row[0], row]));
  const here = new Set(source.map((row) => row[0]));
  const found = source.flatMap((row) => {
    const other = there.get(row[0] ?? '');
    if (!other) return [`missing ${row[0]} null`];
    return names.flatMap((name, i) => (row[i] === other[i] ? [] : [`different ${row[0]} ${name}`]));
  });
  return [...found, ...target.filter((row) => !here.has(row[0] ?? '')).map((row) => `extra ${row[0]} null`)].sort();
}

test('a table without a key is compared as a multiset: one copy too few is missing', async () => {
  const row: CanonicalRow = ['1', 'x', null];
  const result = await compare([row, row], [row], []);
  expect(result).toMatchObject({
    isEqual: false,
    differences: [{ kind: 'missing', key: { id: '1', a: 'x', b: null } }],
  });
});
