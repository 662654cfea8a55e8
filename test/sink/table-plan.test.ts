import { expect, test } from 'vitest';
import { STRICT_POLICY } from '../../src/column/codec.ts';
import { tableVersion } from '../../src/contract/table.ts';
import type { TargetColumn } from '../../src/postgres/target-catalogue.ts';
import { planTable } from '../../src/sink/table-plan.ts';

const INT = { kind: 'integer', bytes: 4, unsigned: false } as const;
const CHILD = {
  childDatabase: 'd',
  childTable: 'child',
  childColumns: ['s'],
  onDelete: 'cascade',
  onUpdate: null,
} as const;

function planned(isGenerated: boolean, parentColumns: readonly string[], leftOut: string | null = null) {
  const columns = [
    { name: 'id', type: INT, nullable: false },
    { name: 's', type: INT, nullable: true, generated: true, unlogged: true },
  ];
  const cascades = [{ ...CHILD, parentColumns }];
  const version = tableVersion({ database: 'd', table: 't', columns, key: [0], uniques: [], cascades });
  const of = (name: string): TargetColumn => {
    return { name, type: 'integer', isNotNull: false, isGenerated: false, identity: null, hasDefault: false };
  };
  const target = {
    schema: 'd',
    table: 't',
    columns: [of('id'), { ...of('s'), isGenerated }],
    uniques: [{ index: 't_pkey', columns: ['id'], isPrimary: true, isImmediate: true }],
    hasSecondaryUnique: false,
    acting: [],
  };
  const rules = { policyOf: () => STRICT_POLICY, columnOf: (name: string) => (name === leftOut ? null : name) };
  const found = planTable(version, target, rules, 'staging');
  return 'problems' in found ? found.problems : found.plan.written.map((column) => column.target.name);
}

test('a column that the source computes and does not log must be computed by the target, or be left out', () => {
  expect(planned(true, ['id'])).toEqual(['id']);
  expect(planned(false, ['id'], 's')).toEqual(['id']);
  expect(planned(false, ['id'])).toEqual([expect.stringContaining('computes column s and does not log its changes')]);
});

test('a foreign key that acts by a column which the source does not log is refused', () => {
  expect(planned(true, ['s'])).toEqual([expect.stringContaining('a foreign key of child acts by (s)')]);
});
