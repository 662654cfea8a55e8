import type { PostgresSession, TextRow } from './connection.ts';
import { quoteIdent, quoteTable, type TargetName } from './quote.ts';

/** A column whose new values come from a sequence: identity, serial, or a default of nextval(). */
interface SequenceColumn {
  readonly column: string;
  readonly sequence: TargetName;
  readonly limit: bigint;
}

export interface RaisedSequence {
  readonly sequence: TargetName;
  /** The last value that it counts as given out now. */
  readonly last: bigint;
}

/** What it owns or is made with (identity, serial) and what its default calls; one that counts down is left alone. */
const SEQUENCES = `
  SELECT DISTINCT a.attname AS "column", n.nspname AS schema, s.relname AS sequence, q.seqmax::text AS limit
  FROM pg_attribute a
  LEFT JOIN pg_attrdef x ON x.adrelid = a.attrelid AND x.adnum = a.attnum
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.classid IN ('pg_class'::regclass, 'pg_attrdef'::regclass)
  JOIN pg_class s ON s.relkind = 'S' AND CASE d.classid
    WHEN 'pg_class'::regclass THEN s.oid = d.objid AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
    ELSE s.oid = d.refobjid AND d.objid = x.oid END
  JOIN pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_sequence q ON q.seqrelid = s.oid AND q.seqincrement > 0
  WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1`;

/**
 * Moves the sequences of a table's columns past the greatest value there, and past `least` of a column where given, and
 * never back. To be done again whenever rows have come since (a setval is no part of any transaction).
 */
export async function raiseSequences(
  session: PostgresSession,
  table: TargetName,
  least: ReadonlyMap<string, bigint> = new Map(),
): Promise<readonly RaisedSequence[]> {
  const { rows } = await session.query(SEQUENCES, [quoteTable(table)]);
  const raised: RaisedSequence[] = [];
  for (const row of rows) {
    const one = sequenceColumn(row);
    const last = await raise(session, table, one, least.get(one.column) ?? 0n);
    if (last !== null) raised.push({ sequence: one.sequence, last });
  }
  return raised;
}

function sequenceColumn(row: TextRow): SequenceColumn {
  return {
    column: row['column'] ?? '',
    sequence: { schema: row['schema'] ?? '', table: row['sequence'] ?? '' },
    limit: BigInt(row['limit'] ?? '0'),
  };
}

/** null: it was past already. */
async function raise(
  session: PostgresSession,
  table: TargetName,
  { column, sequence, limit }: SequenceColumn,
  least: bigint,
): Promise<bigint | null> {
  const { rows } = await session.query(
    `SELECT coalesce(trunc((SELECT max(${quoteIdent(column)}) FROM ${quoteTable(table)})::numeric), 0)::text AS greatest,
            (last_value - CASE WHEN is_called THEN 0 ELSE 1 END)::text AS last FROM ${quoteTable(sequence)}`,
  );
  const greatest = BigInt(rows[0]?.['greatest'] ?? '0');
  const wanted = greatest > least ? greatest : least;
  const last = wanted < limit ? wanted : limit;
  if (last <= BigInt(rows[0]?.['last'] ?? '0')) return null;
  await session.query('SELECT setval($1::regclass, $2::bigint)', [quoteTable(sequence), String(last)]);
  return last;
}
