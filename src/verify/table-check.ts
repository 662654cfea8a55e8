import type { ValuePolicy } from '../column/codec.ts';
import type { TableVersion } from '../contract/table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { TargetName } from '../postgres/quote.ts';
import { readTargetTable } from '../postgres/target-catalogue.ts';
import { ruledVersion, type TableRules } from '../rule/row-rule.ts';
import { type ComparedColumn, sourceRows, targetRows } from './canonical-rows.ts';
import { type Comparison, compareTable } from './compare.ts';

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

/** Compares one table on both sides while nothing writes to either. A missing target table differs in every row. */
export async function checkTable(check: TableCheck): Promise<Comparison> {
  const { source, target, name, rules } = check;
  const table = rules === null ? check.table : ruledVersion(check.table, rules);
  const columns = await comparedColumns({ ...check, table });
  const key = table.key.map((index) => columns.findIndex((column) => column.index === index)).filter((at) => at >= 0);
  return await compareTable({
    columns: columns.map((column) => table.columns[column.index]?.name ?? ''),
    key,
    source: () => sourceRows(source, check.table, { compared: columns, rules }),
    target: () => targetRows(target, name, table, columns),
  });
}

async function comparedColumns({ target, table, name, columnOf, policyOf }: TableCheck): Promise<ComparedColumn[]> {
  const found = await readTargetTable(target, name);
  return table.columns.flatMap((column, index): ComparedColumn[] => {
    const wanted = columnOf(column.name);
    const there = found?.columns.find(({ name: targetName }) => targetName === wanted);
    return there ? [{ index, targetName: there.name, targetType: there.type, policy: policyOf(column.name) }] : [];
  });
}
