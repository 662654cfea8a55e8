import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import type { TargetTable } from '../postgres/target-catalogue.ts';
import type { WrittenColumn } from './table-plan.ts';

/**
 * The statements of one table. Staging has its own column names (c0, c1, ... in the order of the written columns) so
 * that no name of the customer's can clash; `o` is 'u' for a row to stand and 'd' for a row to go.
 */
export interface PlannedSql {
  readonly createStaging: string;
  readonly emptyStaging: string;
  readonly dropStaging: string;
  readonly copyStaging: string;
  readonly copyTarget: string;
  readonly deleteStaged: string;
  readonly upsertStaged: string;
  /** Right whatever secondary unique keys hold: every staged key goes first, then the rows that stand come. */
  readonly replaceStaged: string;
  /** Without a key: one equal row goes for each staged one. */
  readonly deleteEqualStaged: string;
  readonly insertStaged: string;
  /** What an INSERT does about a row that stands; '' without a key. */
  readonly onConflict: string;
}

export function planSql(
  target: TargetTable,
  written: readonly WrittenColumn[],
  key: readonly number[],
  stagingName: string,
): PlannedSql {
  const table = quoteTable(target);
  const staging = `pg_temp.${quoteIdent(stagingName)}`;
  const columns = written.map((column) => quoteIdent(column.target.name));
  const staged = written.map((_, i) => `c${i}`).join(', ');
  const sameKey = key.map((at) => `t.${columns[at]} = s.c${at}`).join(' AND ');
  const insert = `INSERT INTO ${table} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE SELECT ${staged} FROM ${staging} WHERE o = 'u'`;
  const stagedColumns = written.map((column, i) => `c${i} ${column.target.type}`).join(', ');
  const conflict =
    key.length === 0 ? '' : `ON CONFLICT (${key.map((at) => columns[at]).join(', ')}) ${onConflict(columns, key)}`;
  return {
    createStaging: `CREATE TEMP TABLE IF NOT EXISTS ${quoteIdent(stagingName)} (o "char", ${stagedColumns}) ON COMMIT DELETE ROWS`,
    emptyStaging: `TRUNCATE ${staging}`,
    dropStaging: `DROP TABLE IF EXISTS ${staging}`,
    copyStaging: `COPY ${staging} FROM STDIN`,
    copyTarget: `COPY ${table} (${columns.join(', ')}) FROM STDIN`,
    deleteStaged: `DELETE FROM ${table} t USING ${staging} s WHERE s.o = 'd' AND ${sameKey}`,
    upsertStaged: `${insert} ${conflict}`,
    replaceStaged: `DELETE FROM ${table} t USING ${staging} s WHERE ${sameKey}; ${insert}`,
    deleteEqualStaged: deleteEqual(table, staging, columns, written),
    insertStaged: insert,
    onConflict: conflict,
  };
}

function onConflict(columns: readonly string[], key: readonly number[]): string {
  const sets = columns.flatMap((column, i) => (key.includes(i) ? [] : [`${column} = EXCLUDED.${column}`]));
  return sets.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${sets.join(', ')}`;
}

/**
 * Rows are equal when their texts are: NULL and '' differ, floats print exactly (extra_float_digits 1) and types without
 * an equality of their own (json) have one here. Columns that may be compared as they are find the candidates: through
 * an index, or by a hash that costs little a row, where the text of every row of the table would be made otherwise.
 */
function deleteEqual(table: string, staging: string, columns: readonly string[], written: readonly WrittenColumn[]) {
  const row = `ROW(${columns.map((column) => `t.${column}`).join(', ')})::text`;
  const staged = `ROW(${columns.map((_, i) => `s.c${i}`).join(', ')})::text`;
  const plain = written.flatMap(({ target }, i) => (target.isNotNull && isPlain(target.type) ? [i] : []));
  const found = plain.map((i) => `c${i}`);
  // IS TRUE keeps the texts out of the hash: they are made for candidates alone.
  const isSame = found.length === 0 ? `${row} = gone.image` : `(${row} = gone.image) IS TRUE`;
  const same = [...plain.map((i) => `t.${columns[i]} = gone.c${i}`), isSame].join(' AND ');
  return `DELETE FROM ${table} WHERE (tableoid, ctid) IN (
    SELECT found.part, found.place
    FROM (SELECT t.tableoid AS part, t.ctid AS place, gone.copies,
                 row_number() OVER (PARTITION BY gone.image) AS copy
          FROM (SELECT ${[...found, `${staged} AS image`].join(', ')}, count(*) AS copies
                FROM ${staging} s GROUP BY ${[...found, 'image'].join(', ')}) gone
          JOIN ${table} t ON ${same}) found
    WHERE found.copy <= found.copies)`;
}

/** Types whose equal texts are equal values too, so that equality finds no row too few; it may find too many. */
const PLAIN_TYPE =
  /^(smallint|integer|bigint|numeric|real|double precision|boolean|text|character varying|bytea|uuid|date|time|timestamp|interval)\b[^[]*$/;

function isPlain(type: string): boolean {
  return PLAIN_TYPE.test(type);
}
