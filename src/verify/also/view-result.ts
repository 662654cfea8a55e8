import type { ValuePolicy } from '../../column/codec.ts';
import { columnTypeOf } from '../../column/describe.ts';
import { codecOf } from '../../column/family.ts';
import type { ComparedObject } from '../../contract/compared-object.ts';
import { SluiceError } from '../../contract/error.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteTable } from '../../mysql/identifier.ts';
import type { View } from '../../mysql/schema-object.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable as quoteTargetTable, type TargetName } from '../../postgres/quote.ts';
import { compareSums, type SumsComparison, sourceSums, targetSums } from '../pushdown/chunk-sums.ts';
import { type HashPlan, hashPlan, type PushedColumn } from '../pushdown/hash-plan.ts';

export interface ComparedView {
  readonly view: View;
  readonly target: TargetName;
  /** By which zero dates of the tables beneath have become what they are on the target. */
  readonly policy: ValuePolicy;
}

const WHOLE = { where: null, buckets: 1 };

/**
 * Both sides' results of one view as multisets of canonical rows, hashed inside the servers. Only where nothing moves:
 * the two are read one after the other. What a server refuses to run is not compared, with its own words.
 */
export async function compareView(
  source: MysqlConnection,
  target: PostgresSession,
  compared: ComparedView,
): Promise<ComparedObject> {
  const { view, target: name } = compared;
  const object = `${name.schema}.${name.table}`;
  try {
    const plan = await planOf(target, compared);
    const sums = compareSums(await sourceSums(source, plan, WHOLE), await targetSums(target, plan, WHOLE));
    return resultOf(object, sums, plan, view.columns.length);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    return notCompared(object, `a server does not run it: ${error.message}`);
  }
}

/** Of a view that is not compared, with the reason. */
export function notCompared(object: string, reason: string): ComparedObject {
  return { name: 'view', object, state: 'not-compared', source: null, target: null, reason, cure: null };
}

async function planOf(session: PostgresSession, { view, target, policy }: ComparedView): Promise<HashPlan> {
  const there = await typesOf(session, target);
  const columns = view.columns.flatMap(({ name, columnType, charset }): PushedColumn[] => {
    const targetType = there.get(name);
    if (targetType === undefined) return [];
    return [{ name, codec: codecOf(columnTypeOf(columnType, charset)), targetName: name, targetType, policy }];
  });
  const from = { source: quoteTable({ database: view.database, table: view.name }), target: quoteTargetTable(target) };
  return hashPlan({ ...from, columns, key: [], masked: new Set() });
}

async function typesOf(session: PostgresSession, name: TargetName): Promise<ReadonlyMap<string, string>> {
  const { rows } = await session.query(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
    [quoteTargetTable(name)],
  );
  return new Map(rows.map((row) => [row['name'] ?? '', row['type'] ?? '']));
}

function resultOf(object: string, sums: SumsComparison, plan: HashPlan, all: number): ComparedObject {
  const counts = { source: `${sums.sourceRows} rows`, target: `${sums.targetRows} rows` };
  const base = { name: 'view', object, ...counts, cure: null } as const;
  const left = plan.streamed.map(({ name }) => name);
  const absent = all - plan.cells.length - left.length;
  if (absent > 0) return { ...base, state: 'different', reason: `${absent} of its columns are not on the target` };
  if (!sums.isEqual) {
    const isCount = sums.sourceRows !== sums.targetRows;
    const reason = isCount
      ? 'the servers give different numbers of rows'
      : 'the servers give other values in some rows';
    return {
      ...base,
      state: 'different',
      reason,
      cure: `SELECT * FROM ${plan.table.source} at the source, and FROM ${plan.table.target} on the target`,
    };
  }
  const reason = left.length === 0 ? null : `but for columns whose values have no common text: ${left.join(', ')}`;
  return { ...base, state: 'equal', reason };
}
