import type { TableName } from '../../contract/change.ts';
import type { TableScope } from '../../verify/verified-table.ts';
import type { Scope } from '../scope.ts';

/** What the configuration says of a table that is compared; null: it takes no part. */
export function tableScope(scope: Scope, { database, table }: TableName): TableScope | null {
  const target = scope.targetOf(database, table);
  if (target === null) return null;
  return {
    ...{ database, table, target, rules: scope.rulesOf(database, table) },
    columnOf: (column) => scope.columnOf(database, table, column),
    policyOf: (column) => scope.policyOf(database, table, column),
  };
}
