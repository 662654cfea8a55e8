import type { Column } from '../contract/table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import type { TargetColumn, TargetTable } from '../postgres/target-catalogue.ts';
import { type ColumnTypes, checkOf } from './column-ddl.ts';

export interface Retyped {
  /** Before its type changes. */
  readonly existing: TargetColumn;
  readonly from: Column;
  readonly to: Column;
  /** As the column is now. */
  readonly columnTypes: ColumnTypes;
}

/** Parts of ALTER TABLE: what kept the old type's values goes before the type changes, what keeps the new one's comes after. */
export interface ReplacedCheck {
  readonly drops: readonly string[];
  readonly adds: readonly string[];
}

/** A CHECK of this column alone that says what the old type kept (members, range) is the one that came with the type. */
export async function replacedCheck(
  session: PostgresSession,
  table: TargetTable,
  { from, to, existing: { name, type }, columnTypes }: Retyped,
): Promise<ReplacedCheck> {
  const [old, now] = [checkOf(from, name, columnTypes), checkOf(to, name, columnTypes)];
  if (old === now) return { drops: [], adds: [] };
  const standing = old === null ? [] : await checksOf(session, table, name);
  const members = membersOf(from);
  const isOfType = (text: string) =>
    members === null ? boundsOf(text) === boundsOf(old ?? '') : members.every((member) => text.includes(member));
  const drops = standing.filter(({ text }) => isOfType(text)).map((one) => `DROP CONSTRAINT ${quoteIdent(one.name)}`);
  // Somebody took it away; a boolean needed none.
  const isUnwanted = old !== null && drops.length === 0 && type !== 'boolean';
  return { drops, adds: now === null || isUnwanted ? [] : [`ADD CHECK (${now})`] };
}

async function checksOf(session: PostgresSession, table: TargetTable, column: string) {
  const { rows } = await session.query(
    `SELECT c.conname AS name, pg_get_constraintdef(c.oid) AS text FROM pg_constraint c
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
     WHERE c.conrelid = $1::regclass AND c.contype = 'c' AND a.attname = $2`,
    [quoteTable(table), column],
  );
  return rows.map((row) => ({ name: row['name'] ?? '', text: row['text'] ?? '' }));
}

/** As PostgreSQL prints them; null for a type that is no list. */
function membersOf({ type }: Column): readonly string[] | null {
  if (type.kind !== 'enum' && type.kind !== 'set') return null;
  return type.members.map((member) => `'${member.replaceAll("'", "''")}'`);
}

/** The comparisons with whole numbers in an expression, whoever prints it: `>=0 <=255`. */
function boundsOf(text: string): string {
  return [...text.matchAll(/([<>]?=)[ ('"]*(-?\d+)/g)].map(([, operator, number]) => `${operator}${number}`).join(' ');
}
