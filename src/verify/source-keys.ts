import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteIdentifier } from '../mysql/identifier.ts';
import { readPages } from '../mysql/raw-rows.ts';
import { keyText } from './changed-set.ts';
import type { RowPrint } from './row-print.ts';
import { keyCondition } from './source-rows.ts';
import { sourceTable, type VerifiedTable } from './verified-table.ts';

/** Which of these keys the source has, exactly as they are written; nothing but the key's index is read. */
export async function readStandingKeys(
  connection: MysqlConnection,
  {
    table,
    print,
    keys,
  }: { readonly table: VerifiedTable; readonly print: RowPrint; readonly keys: readonly (readonly string[])[] },
): Promise<{ readonly rows: number; readonly keys: ReadonlySet<string> }> {
  const found = new Set<string>();
  const columns = (table.key?.places ?? []).map((place) => {
    const column = table.compared[place];
    if (!column) throw new RangeError(`no key column ${place}`);
    return column;
  });
  const list = columns.map(({ name, codec }) => codec.select(quoteIdentifier(name))).join(', ');
  const layout = {
    columns: columns.map(({ codec }) => ({ nullable: false, query: codec.query })),
    key: columns.map((_, i) => i),
  };
  const sql = `SELECT ${list} FROM ${sourceTable(table)} WHERE ${keyCondition(table, keys)}`;
  for await (const { bytes, bounds } of readPages(connection, sql, layout)) {
    for (let at = 0; at < bounds.length; at += 4) {
      found.add(keyText(print.keyTexts(bytes.subarray(bounds[at], bounds[at + 1]))));
    }
  }
  return { rows: found.size, keys: found };
}
