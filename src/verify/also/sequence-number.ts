import type { ComparedObject } from '../../contract/compared-object.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteIdent, quoteLiteral, quoteTable } from '../../postgres/quote.ts';
import type { SequenceColumn } from '../../postgres/sequence.ts';

/** Every number as digits: they go to the ends of 64 bits. */
export interface SequenceNumber extends SequenceColumn {
  /** What the target gives next. */
  readonly next: string;
  /** Greatest value of the column on the target; null: no rows. */
  readonly greatest: string | null;
  /** The source's AUTO_INCREMENT; null: it counts nothing there. */
  readonly sourceNext: string | null;
}

export async function readSequenceNumber(
  session: PostgresSession,
  column: SequenceColumn,
  sourceNext: string | null,
): Promise<SequenceNumber> {
  const { rows } = await session.query(
    `SELECT (s.last_value::numeric + CASE WHEN s.is_called THEN q.seqincrement ELSE 0 END)::text AS next,
            (SELECT trunc(max(${quoteIdent(column.column)})::numeric)::text FROM ${quoteTable(column.table)}) AS greatest
     FROM ${quoteTable(column.sequence)} AS s, pg_sequence AS q WHERE q.seqrelid = $1::regclass`,
    [quoteTable(column.sequence)],
  );
  return { ...column, next: rows[0]?.['next'] ?? '1', greatest: rows[0]?.['greatest'] ?? null, sourceNext };
}

/**
 * A next number must be past every row and not below the source's, whose rows that are gone had numbers too. While rows
 * still come (`isMoving`) a number that is behind is no fault: a run raises it at its end, and the cutover once more.
 */
export function compareSequence(one: SequenceNumber, isMoving: boolean): ComparedObject {
  const { table, column, sequence, next, limit } = one;
  const object = `${table.schema}.${table.table}.${column}`;
  const base = { name: 'sequence', object, source: one.sourceNext, target: next } as const;
  const wanted = wantedOf(one);
  const raise = `SELECT setval(${quoteLiteral(quoteTable(sequence))}, ${wanted}, false)`;
  if (wanted > BigInt(limit)) {
    const cure = `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteIdent(column)} TYPE bigint, and the sequence AS bigint`;
    return { ...base, state: 'different', reason: `the sequence ends at ${limit}, and ${wanted} is next`, cure };
  }
  if (BigInt(next) >= wanted) return { ...base, state: 'equal', reason: null, cure: null };
  if (isMoving) {
    const reason = 'rows are still coming; it is raised at the end of the run and inside the cutover';
    return { ...base, state: 'not-compared', reason, cure: null };
  }
  const reason = `the next row would get ${next}, and ${wanted} is the first number that is free`;
  return { ...base, state: 'different', reason, cure: raise };
}

function wantedOf({ greatest, sourceNext }: SequenceNumber): bigint {
  const past = greatest === null ? 1n : BigInt(greatest) + 1n;
  const source = sourceNext === null ? 1n : BigInt(sourceNext);
  return past > source ? past : source;
}
