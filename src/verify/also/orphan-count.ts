import type { ComparedObject } from '../../contract/compared-object.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteIdent, quoteTable } from '../../postgres/quote.ts';
import type { StandingForeignKey, StandingTable } from '../../postgres/standing-schema.ts';
import { type Parts, targetParts } from './counted-part.ts';

/**
 * Rows of the target without the parent that their foreign key names. A constraint that was validated can have them: keys
 * rest in sessions of a replica. `parts` null: one statement a key, which sees the target at one moment. In parts each of
 * them was there when it was counted; one that moves meanwhile may be counted twice, or not.
 */
export async function countOrphans(
  session: PostgresSession,
  table: StandingTable,
  parts: Parts | null,
): Promise<readonly ComparedObject[]> {
  const compared: ComparedObject[] = [];
  for (const key of table.foreignKeys) {
    const from = orphansOf(table, key);
    const count =
      parts === null ? await counted(session, from) : await countedInParts(session, table.name, from, parts);
    compared.push(compareOrphans(table, key, String(count)));
  }
  return compared;
}

async function counted(session: PostgresSession, from: string): Promise<bigint> {
  const { rows } = await session.query(`SELECT count(*) AS n FROM ${from}`);
  return BigInt(rows[0]?.['n'] ?? '0');
}

async function countedInParts(
  session: PostgresSession,
  name: StandingTable['name'],
  from: string,
  { blocks, target }: Parts,
): Promise<bigint> {
  let count = 0n;
  for (const part of await targetParts(session, name, blocks))
    count += await target.run(
      () => counted(session, `${from} AND ${part}`),
      () => 0,
    );
  return count;
}

function compareOrphans(table: StandingTable, key: StandingForeignKey, count: string): ComparedObject {
  const object = `${table.name.schema}.${table.name.table}.${key.name}`;
  const base = { name: 'orphan', object, source: null, target: count } as const;
  if (count === '0') return { ...base, state: 'equal', reason: null, cure: null };
  const reason = `${count === '1' ? '1 row has' : `${count} rows have`} no parent in ${key.parent.schema}.${key.parent.table}`;
  return { ...base, state: 'different', reason, cure: `They are: SELECT c.* FROM ${orphansOf(table, key)}` };
}

function orphansOf({ name }: Pick<StandingTable, 'name'>, key: StandingForeignKey): string {
  return `${quoteTable(name)} AS c WHERE ${isOrphan(key)}`;
}

/** Condition on a row `c` of the table that refers. */
export function isOrphan({ columns, parent, parentColumns }: StandingForeignKey): string {
  const child = columns.map((column) => `c.${quoteIdent(column)}`);
  const known = child.map((column) => `${column} IS NOT NULL`).join(' AND ');
  const same = parentColumns.map((column, i) => `p.${quoteIdent(column)} = ${child[i]}`).join(' AND ');
  return `${known} AND NOT EXISTS (SELECT FROM ${quoteTable(parent)} AS p WHERE ${same})`;
}
