import type { ValuePolicy } from '../../column/codec.ts';
import { isZeroDateText } from '../../column/stamp-text.ts';
import type { ComparedObject } from '../../contract/compared-object.ts';
import type { ColumnType } from '../../contract/table.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import { type Parts, sourceSums } from './counted-part.ts';

/** A column of the source and what the configuration makes of its values. */
export interface RuledColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** As the source and the target print them. */
  readonly sourceType: string;
  readonly targetType: string | null;
  readonly policy: ValuePolicy;
  /** By a rule; a column that is left out is not on the target. */
  readonly isLeftOut: boolean;
  readonly isMasked: boolean;
  readonly isCast: boolean;
}

export interface RuledTable {
  readonly label: string;
  readonly source: CatalogueTable;
  readonly columns: readonly RuledColumn[];
}

/** Values of one column that are, by a rule, something else on the target. */
interface Loss {
  readonly column: RuledColumn;
  readonly what: string;
  readonly becomes: string;
  /** Condition of the source that finds them. */
  readonly condition: string;
}

/** Counts them in one read of the table, `parts` null: at once; a rule that no row meets is not told. */
export async function countLosses(
  source: MysqlConnection,
  table: RuledTable,
  parts: Parts | null,
): Promise<readonly ComparedObject[]> {
  const losses = table.columns.flatMap(lossesOf);
  return [...hidden(table), ...(losses.length === 0 ? [] : await counted(source, table, { losses, parts }))];
}

interface Counting {
  readonly losses: readonly Loss[];
  readonly parts: Parts | null;
}

async function counted(
  source: MysqlConnection,
  table: RuledTable,
  { losses, parts }: Counting,
): Promise<ComparedObject[]> {
  if (parts !== null && table.source.version.key.length === 0 && table.source.estimateRows > MOST_AT_ONCE)
    return losses.map(({ column }) => notCounted(table, column));
  const sums = losses.map(({ condition }, i) => `COUNT(CASE WHEN ${condition} THEN 1 END) AS n${i}`);
  const counts = losses.map(() => 0n);
  for await (const row of sourceSums(source, table.source, sums.join(', '), parts))
    for (const [i] of losses.entries()) counts[i] = (counts[i] ?? 0n) + BigInt(row[`n${i}`] ?? '0');
  return losses.flatMap(({ column, what, becomes }, i): ComparedObject[] => {
    const count = String(counts[i]);
    if (count === '0') return [];
    const object = `${table.label}.${column.name}`;
    const reason = `${count} ${what}, by a rule or the default for them`;
    return [
      {
        name: 'declared-loss',
        object,
        state: 'equal',
        source: count === '1' ? '1 row' : `${count} rows`,
        target: becomes,
        reason,
        cure: null,
      },
    ];
  });
}

/** Rows of a table without a key that are read at once beside the stream. */
const MOST_AT_ONCE = 1_000_000;

function notCounted({ label }: RuledTable, { name, sourceType, targetType }: RuledColumn): ComparedObject {
  const reason = 'its table has no key by which it is read in parts: counted by sluice verify --losses alone';
  const sides = { source: sourceType, target: targetType };
  return { name: 'declared-loss', object: `${label}.${name}`, state: 'not-compared', ...sides, reason, cure: null };
}

function hidden({ label, columns }: RuledTable): ComparedObject[] {
  return columns.flatMap((column): ComparedObject[] => {
    if (!column.isLeftOut && !column.isMasked) return [];
    const reason = column.isLeftOut ? 'left out by a rule' : 'masked by a rule';
    const sides = { source: column.sourceType, target: column.isLeftOut ? null : column.targetType };
    return [
      { name: 'declared-loss', object: `${label}.${column.name}`, state: 'not-compared', ...sides, reason, cure: null },
    ];
  });
}

const DATES: readonly ColumnType['kind'][] = ['date', 'datetime', 'timestamp'];

function lossesOf(column: RuledColumn): Loss[] {
  if (column.isLeftOut || column.isMasked) return [];
  const { policy, type, targetType } = column;
  const quoted = quoteIdentifier(column.name);
  const losses: Loss[] = [];
  if (DATES.includes(type.kind) && policy.zeroDate !== 'refuse' && /^(date|timestamp)/.test(targetType ?? '')) {
    const becomes = policy.zeroDate.toLowerCase() === 'null' ? 'NULL' : policy.zeroDate;
    const what = `zero dates are ${becomes}`;
    losses.push({ column, what, becomes, condition: isZeroDateText(`CAST(${quoted} AS CHAR)`) });
  }
  if (type.kind === 'text' && policy.nul !== 'refuse') {
    const becomes = policy.nul === 'strip' ? 'without the character' : 'U+FFFD in its place';
    const text = `CAST(CONVERT(${quoted} USING utf8mb4) AS BINARY)`;
    losses.push({
      column,
      what: `texts have a NUL character: ${becomes}`,
      becomes,
      condition: `LOCATE(x'00', ${text}) > 0`,
    });
  }
  if (column.isCast && targetType !== null) {
    const what = `values of ${column.sourceType} are cast to ${targetType}`;
    losses.push({ column, what, becomes: targetType, condition: `${quoted} IS NOT NULL` });
  }
  return losses;
}
