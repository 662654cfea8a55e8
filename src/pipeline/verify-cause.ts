import type { PostgresSession } from '../postgres/connection.ts';
import { keyText } from '../verify/changed-set.ts';
import type { CauseOf } from '../verify/describe-difference.ts';
import type { RowPrint } from '../verify/row-print.ts';
import type { VerifiedTable } from '../verify/verified-table.ts';

const WAITING = `SELECT encode("key", 'hex') AS key, encode(old_key, 'hex') AS old FROM sluice.quarantine
  WHERE pipeline = $1 AND database = $2 AND "table" = $3 AND state = 'waiting' LIMIT 100000`;

/** Rows whose changes wait in quarantine differ for that reason. */
export async function waitingCauses(
  session: PostgresSession,
  pipeline: string,
  { table, print }: { readonly table: VerifiedTable; readonly print: RowPrint },
): Promise<CauseOf> {
  const { database, table: name } = table.scope;
  const { rows } = await session.query(WAITING, [pipeline, database, name]);
  const records = rows.flatMap((row) => [row['key'], row['old']]).filter((text) => text !== null && text !== undefined);
  const waiting = new Set(records.map((hex) => keyText(print.keyTexts(Buffer.from(hex, 'hex')))));
  return (key) =>
    waiting.has(keyText(key)) ? 'a change of this row waits in quarantine: sluice quarantine list' : null;
}
