import type { MysqlConnection } from '../mysql/connection.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteTable } from '../postgres/quote.ts';
import { sourceSums, targetSums, wholeSum } from './pushdown/chunk-sums.ts';
import { hashPlan } from './pushdown/hash-plan.ts';
import { loadVerified, sourceFrom, type TableScope } from './verified-table.ts';

export interface TableChecksum {
  /** Hexadecimal; the same text on both sides where the hashed cells of all rows are the same, whatever their order. */
  readonly source: string;
  readonly target: string;
  readonly sourceRows: number;
  readonly targetRows: number;
  /** Columns that no common text can hash, or that a rule masks. */
  readonly without: readonly string[];
}

/**
 * Has both servers hash every row of a table, in one statement each: of two moments, where rows change meanwhile. null: a
 * side has no such table.
 */
export async function tableChecksum(
  scope: TableScope,
  source: MysqlConnection,
  session: PostgresSession,
): Promise<TableChecksum | null> {
  const table = await loadVerified(scope, source, session);
  if ('missing' in table) return null;
  const plan = hashPlan({
    source: sourceFrom(table),
    target: `${quoteTable(table.target)} t`,
    columns: table.compared,
    key: [],
    masked: new Set(scope.rules?.mask.keys()),
  });
  const whole = { where: null, buckets: 1 };
  const [there, here] = await Promise.all([sourceSums(source, plan, whole), targetSums(session, plan, whole)]);
  return {
    ...{ source: wholeSum(there), target: wholeSum(here), sourceRows: there.rows, targetRows: here.rows },
    without: plan.streamed.map(({ name }) => name),
  };
}
