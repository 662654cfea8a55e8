import type { PostgresSession, TextRow } from './connection.ts';
import { arrayText, quoteIdent, quoteTable, type TargetName } from './quote.ts';

/** A column whose new values come from a sequence: identity, serial, or a default of nextval(). */
export interface SequenceColumn {
  readonly table: TargetName;
  readonly column: string;
  readonly sequence: TargetName;
  /** Greatest value of the sequence, in digits. */
  readonly limit: string;
}

/** What it owns or is made with (identity, serial) and what its default calls; one that counts down is left alone. */
const SEQUENCES = `
  SELECT DISTINCT tn.nspname AS table_schema, t.relname AS "table", a.attname AS "column", n.nspname AS schema,
         s.relname AS sequence, q.seqmax::text AS limit
  FROM pg_class t JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef x ON x.adrelid = a.attrelid AND x.adnum = a.attnum
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
                      AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')
                   OR d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.objid = x.oid
  JOIN pg_class s ON s.relkind = 'S' AND s.oid = CASE d.classid WHEN 'pg_class'::regclass THEN d.objid ELSE d.refobjid END
  JOIN pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_sequence q ON q.seqrelid = s.oid AND q.seqincrement > 0
  WHERE t.oid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name) ORDER BY 1, 2, 3`;

export async function readSequences(
  session: PostgresSession,
  tables: readonly TargetName[],
): Promise<readonly SequenceColumn[]> {
  const { rows } = await session.query(SEQUENCES, [arrayText(tables.map(quoteTable))]);
  return rows.map(sequenceColumn);
}

function sequenceColumn(row: TextRow): SequenceColumn {
  return {
    table: { schema: row['table_schema'] ?? '', table: row['table'] ?? '' },
    column: row['column'] ?? '',
    sequence: { schema: row['schema'] ?? '', table: row['sequence'] ?? '' },
    limit: row['limit'] ?? '0',
  };
}

/**
 * Moves a sequence past the greatest value of its column and past `least`, and never back. Returns the value that it
 * counts as given out now; null where it was past already. To be done again whenever rows have come since: a setval is
 * no part of any transaction.
 */
export async function raiseSequence(
  session: PostgresSession,
  { table, column, sequence, limit }: SequenceColumn,
  least = 0n,
): Promise<bigint | null> {
  const greatest = `coalesce(trunc((SELECT max(${quoteIdent(column)}) FROM ${quoteTable(table)})::numeric), 0)`;
  const { rows } = await session.query(
    `SELECT setval($1::regclass, wanted)::text AS last
     FROM (SELECT least(greatest(${greatest}, $2::numeric), $3::numeric)::bigint AS wanted,
                  last_value - CASE WHEN is_called THEN 0 ELSE 1 END AS given FROM ${quoteTable(sequence)}) AS now
     WHERE wanted > given`,
    [quoteTable(sequence), String(least), limit],
  );
  const last = rows[0]?.['last'];
  return last ? BigInt(last) : null;
}
