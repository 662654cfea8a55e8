import type { ValuePolicy } from '../column/codec.ts';
import type { TableVersion } from '../contract/table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteTable } from '../mysql/identifier.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { TargetName } from '../postgres/quote.ts';
import { readTargetTable, type TargetTable, valueType } from '../postgres/target-catalogue.ts';
import { ruledVersion, type TableRules } from '../rule/row-rule.ts';
import { type ComparedColumn, sourceRows, targetRows } from './canonical-rows.ts';
import { type Comparison, compareTable, type Difference } from './compare.ts';

export interface TableCheck {
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
  readonly table: TableVersion;
  readonly name: TargetName;
  /** The target's name of a column; null: left out. */
  readonly columnOf: (column: string) => string | null;
  readonly policyOf: (column: string) => ValuePolicy;
  /** What is done to the rows on their way; null: nothing. */
  readonly rules: TableRules | null;
}

/**
 * Compares one table on both sides while nothing writes to either. A table or column that the target has not is a
 * difference without a key, whatever the rows hold.
 */
export async function checkTable(check: TableCheck): Promise<Comparison> {
  const { source, target, name, rules } = check;
  const table = rules === null ? check.table : ruledVersion(check.table, rules);
  const found = await readTargetTable(target, name);
  if (found === null) {
    const sourceRows = await countRows(source, table);
    return { sourceRows, targetRows: 0, isEqual: false, differences: [structural(null)] };
  }
  const columns = comparedColumns({ ...check, table }, found);
  const absent = table.columns.filter((_, index) => columns.every((column) => column.index !== index));
  const key = table.key.map((index) => columns.findIndex((column) => column.index === index)).filter((at) => at >= 0);
  const compared = await compareTable({
    columns: columns.map((column) => table.columns[column.index]?.name ?? ''),
    key,
    source: () => sourceRows(source, check.table, { compared: columns, rules }),
    target: () => targetRows(target, name, table, columns),
  });
  const differences = [...absent.map((column) => structural(column.name)), ...compared.differences];
  return { ...compared, isEqual: compared.isEqual && absent.length === 0, differences };
}

/** `column` null: the whole table is missing. */
function structural(column: string | null): Difference {
  return { kind: 'missing', key: {}, column, source: null, target: null };
}

async function countRows(source: MysqlConnection, table: TableVersion): Promise<number> {
  const { rows } = await source.row(`SELECT COUNT(*) AS \`rows\` FROM ${quoteTable(table)}`);
  return Number(rows);
}

function comparedColumns({ table, columnOf, policyOf }: TableCheck, found: TargetTable): ComparedColumn[] {
  return table.columns.flatMap((column, index): ComparedColumn[] => {
    const wanted = columnOf(column.name);
    const there = found.columns.find(({ name }) => name === wanted);
    return there
      ? [{ index, targetName: there.name, targetType: valueType(there), policy: policyOf(column.name) }]
      : [];
  });
}
