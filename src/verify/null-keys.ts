import type { RowDifference } from '../contract/verify.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import { shownName, type VerifiedTable } from './verified-table.ts';

const MOST_TOLD = 100;
const CAUSE =
  'its key is NULL, which no row of the source has: it was written on the target where the primary key is gone; delete it there';

/** Condition for rows of the target, whose table is `t`, with NULL in their key; null: there can be none. */
export function isKeyNull(table: VerifiedTable): string | null {
  const nullable = keyNames(table).filter((name) => !isNotNull(table, name));
  return nullable.length === 0 ? null : nullable.map((name) => `t.${quoteIdent(name)} IS NULL`).join(' OR ');
}

/** Rows of the target with NULL in their key: a difference each, of which the first are told. No key finds them again. */
export async function nullKeys(
  session: PostgresSession,
  table: VerifiedTable,
): Promise<{ readonly count: number; readonly differences: readonly RowDifference[] }> {
  const condition = table.way === 'bag' ? null : isKeyNull(table);
  if (condition === null) return { count: 0, differences: [] };
  const list = keyNames(table).map((name, i) => `t.${quoteIdent(name)}::text AS k${i}`);
  const { rows } = await session.query(
    `SELECT ${list.join(', ')}, count(*) OVER () AS n FROM ${quoteTable(table.target)} t WHERE ${condition} LIMIT ${MOST_TOLD}`,
  );
  const names = (table.key?.places ?? []).map((place) => table.compared[place]?.name ?? '');
  const differences = rows.map((row): RowDifference => {
    const key = Object.fromEntries(names.map((name, i) => [name, row[`k${i}`] ?? null]));
    return {
      table: shownName(table.scope),
      key,
      column: null,
      kind: 'extra',
      source: null,
      target: null,
      cause: CAUSE,
    };
  });
  return { count: Number(rows[0]?.['n'] ?? 0), differences };
}

function keyNames({ key, compared }: VerifiedTable): readonly string[] {
  return (key?.places ?? []).map((place) => compared[place]?.targetName ?? '');
}

function isNotNull({ target }: VerifiedTable, name: string): boolean {
  return target.columns.find((column) => column.name === name)?.isNotNull === true;
}
