import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { readTargetTable } from '../../postgres/target-catalogue.ts';
import type { RuledTable } from '../../verify/also/declared-loss.ts';
import type { Scope } from '../scope.ts';

/** A table with what the configuration makes of each column's values; null: it is not on the target. */
export async function ruledTable(
  catalogued: CatalogueTable,
  target: PostgresSession,
  scope: Scope,
): Promise<RuledTable | null> {
  const { version, columns } = catalogued;
  const { database, table } = version;
  const name = scope.targetOf(database, table);
  const found = name && (await readTargetTable(target, name));
  if (!found) return null;
  const mask = scope.rulesOf(database, table)?.mask;
  return {
    label: `${database}.${table}`,
    source: catalogued,
    columns: columns.map((column) => {
      const targetName = scope.columnOf(database, table, column.name);
      const there = found.columns.find((one) => one.name === targetName);
      return {
        ...{ name: column.name, type: column.type, sourceType: column.columnType, targetType: there?.type ?? null },
        policy: scope.policyOf(database, table, column.name),
        isLeftOut: targetName === null,
        isMasked: mask?.has(column.name) ?? false,
        isCast: scope.castOf(database, table, column.name) !== null,
      };
    }),
  };
}
