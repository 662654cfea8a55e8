import type { RowChange } from '../contract/change.ts';
import { RowLiterals, type SourceTable } from './source-table.ts';

/** One statement, or the part of one that others of its kind may join. */
export interface ChangeSql {
  readonly kind: 'insert' | 'update' | 'delete';
  /** Of an insert: up to VALUES. Else empty. */
  readonly head: string;
  readonly sql: string;
}

/** A change as SQL of the source. ValueError where the source cannot hold it whole. */
export function changeSql(table: SourceTable, change: RowChange): ChangeSql {
  const { before, after } = change;
  const old = before && new RowLiterals(table, before);
  const now = after && new RowLiterals(table, after);
  if (now && !old) return insert(table, now);
  if (old && now) return update(table, old, now);
  if (old) return { kind: 'delete', head: '', sql: `DELETE FROM ${table.name} WHERE ${place(table, old)}` };
  throw new RangeError('a change without a row');
}

/** What the version does not hold takes its default. */
function insert(table: SourceTable, now: RowLiterals): ChangeSql {
  const columns = table.columns.map(({ quoted }) => quoted).join(', ');
  const values = table.columns.map((_, index) => now.literal(index)).join(', ');
  return { kind: 'insert', head: `INSERT INTO ${table.name} (${columns}) VALUES `, sql: `(${values})` };
}

/** INV-146: an UPDATE leaves alone what did not change, so that nothing is lost on which the target tells less. */
function update(table: SourceTable, old: RowLiterals, now: RowLiterals): ChangeSql {
  const sets = table.columns.flatMap(({ quoted, isTouched }, index) => {
    if (!now.isSame(index, old)) return [`${quoted} = ${now.literal(index)}`];
    return isTouched ? [`${quoted} = ${quoted}`] : [];
  });
  const sql = `UPDATE ${table.name} SET ${sets.join(', ')}${table.untouched} WHERE ${place(table, old)}`;
  return { kind: 'update', head: '', sql };
}

/** Finds the row: by its key, else by all that it holds, one of those that are alike. */
function place(table: SourceTable, row: RowLiterals): string {
  if (table.key.length > 0)
    return table.key.map((index) => `${table.columns[index]?.quoted} = ${row.literal(index)}`).join(' AND ');
  const whole = table.columns.map((_, index) => sameValue(table, row, index));
  return `${whole.join(' AND ')} LIMIT 1`;
}

/** Text by its bytes, whatever the collation; JSON by value. NULL may stand for a zero date. */
function sameValue(table: SourceTable, row: RowLiterals, index: number): string {
  const column = table.columns[index];
  if (!column) throw new RangeError(`no column ${index} in ${table.name}`);
  const { quoted, kind, charset } = column;
  if (row.isNull(index)) return nullOrZero(quoted, kind);
  const literal = row.literal(index);
  switch (kind) {
    case 'text':
      return `CAST(${quoted} AS BINARY) = CAST(CONVERT(${literal} USING ${charset ?? 'utf8mb4'}) AS BINARY)`;
    case 'json':
      return `${quoted} = CAST(${literal} AS JSON)`;
    case 'float':
      return `${quoted} * 1e0 = ${literal}`;
    default:
      return `${quoted} = ${literal}`;
  }
}

function nullOrZero(quoted: string, kind: string): string {
  const isDate = kind === 'date' || kind === 'datetime' || kind === 'timestamp';
  return isDate ? `(${quoted} IS NULL OR MONTH(${quoted}) = 0 OR DAYOFMONTH(${quoted}) = 0)` : `${quoted} IS NULL`;
}
