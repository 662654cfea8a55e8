import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, type TargetName } from '../postgres/quote.ts';
import { parseMessage } from './pgoutput.ts';

const PEEK = `
  SELECT encode(data, 'hex') AS message
  FROM pg_logical_slot_peek_binary_changes($1, NULL, $2, 'proto_version', '1', 'publication_names', $3)`;
/** The server stops at the end of the transaction that passes it: enough for a mark of ours and a row behind it. */
const CHANGES = 50;
const OURS = 'sluice';

/**
 * The table of the first row behind the slot's place that is not of our own schema; null: there is none. Takes nothing
 * from the slot, which must not be read meanwhile.
 */
export async function firstRow(
  session: PostgresSession,
  { slot, publication }: { readonly slot: string; readonly publication: string },
): Promise<TargetName | null> {
  const { rows } = await session.query(PEEK, [slot, String(CHANGES), quoteIdent(publication)]);
  const names = new Map<number, TargetName>();
  for (const row of rows) {
    const message = parseMessage(Buffer.from(row['message'] ?? '', 'hex'));
    if (message.tag === 'relation') names.set(message.oid, { schema: message.schema, table: message.table });
    const oid = 'oid' in message && message.tag !== 'relation' ? message.oid : null;
    const name = oid === null ? undefined : names.get(oid);
    if (name !== undefined && name.schema !== OURS) return name;
  }
  return null;
}
