import type { TableName } from '../../contract/change.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable, type TargetName } from '../../postgres/quote.ts';
import { keyText } from '../../verify/changed-set.ts';
import type { CauseOf } from '../../verify/describe-difference.ts';
import type { RowPrint } from '../../verify/row-print.ts';
import type { VerifiedTable } from '../../verify/verified-table.ts';
import type { Scope } from '../scope.ts';

const WAITING = `SELECT encode("key", 'hex') AS key, encode(old_key, 'hex') AS old FROM sluice.quarantine
  WHERE pipeline = $1 AND database = $2 AND "table" = $3 AND state = 'waiting' LIMIT 100000`;

/** Rows whose changes wait in quarantine differ for that reason; of others it is told what on the target may have changed them. */
export async function waitingCauses(
  session: PostgresSession,
  pipeline: string,
  { table, print, scope }: { readonly table: VerifiedTable; readonly print: RowPrint; readonly scope: Scope },
): Promise<CauseOf> {
  const { database, table: name } = table.scope;
  const { rows } = await session.query(WAITING, [pipeline, database, name]);
  const records = rows.flatMap((row) => [row['key'], row['old']]).filter((text) => text !== null && text !== undefined);
  const waiting = new Set(records.map((hex) => keyText(print.keyTexts(Buffer.from(hex, 'hex')))));
  const actors = await actorsOn(session, table.scope.target);
  return (key, column) => {
    if (waiting.has(keyText(key))) return 'a change of this row waits in quarantine: sluice quarantine list';
    const rule = column === null ? null : ruleOn(scope, table.scope, column);
    return [rule, actors].filter((cause) => cause !== null).join('; ') || null;
  };
}

/** A rule that makes something else of this column's values: one that was changed since differs in rows of before. */
export function ruleOn(scope: Scope, { database, table }: TableName, column: string): string | null {
  const mask = scope.rulesOf(database, table)?.mask.get(column);
  const cast = scope.castOf(database, table, column);
  const folding = scope.caseOf(database, table, column);
  const rules = [
    ...(mask === undefined ? [] : [`masks it (${mask.kind})`]),
    ...(folding === 'exact' ? [] : [`compares it without case (${folding})`]),
    ...(cast === null || folding === 'citext' ? [] : [`casts it to ${cast}`]),
  ];
  return rules.length === 0 ? null : `a rule ${rules.join(' and ')}`;
}

const ACTORS = `SELECT quote_ident(tgname) AS name, tgenabled AS enabled, 'trigger' AS kind FROM pg_trigger
    WHERE tgrelid = $1::regclass AND NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 28 <> 0
  UNION ALL SELECT quote_ident(conname), 'O', 'cascade' FROM pg_constraint
    WHERE conrelid = $1::regclass AND contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
  ORDER BY 3 DESC, 1`;

const WRITERS = `SELECT DISTINCT quote_ident(a.usename) AS role, a.application_name AS application
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'relation' AND l.relation = $1::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND coalesce(a.application_name, '') NOT LIKE 'sluice:%'
  ORDER BY 1, 2 LIMIT 5`;

/** Sessions of others that have written to the table in a transaction that is open now. */
async function writersTo(session: PostgresSession, target: TargetName): Promise<readonly string[]> {
  const { rows } = await session.query(WRITERS, [quoteTable(target)]);
  return rows.map(({ role, application }) => {
    const by = application ? ` (${application})` : '';
    return `role ${role}${by} has a transaction open that writes to it`;
  });
}

/** What stands on a table of the target and changes rows beside the stream; null: nothing. */
export async function actorsOn(session: PostgresSession, target: TargetName): Promise<string | null> {
  const { rows } = await session.query(ACTORS, [quoteTable(target)]);
  const words = rows.map(({ name, enabled, kind }) => {
    if (kind === 'cascade') return `foreign key ${name} changes its rows when somebody else changes the parent`;
    const isAlways = enabled === 'A' || enabled === 'R';
    return `trigger ${name} acts ${isAlways ? 'on every write, that of sluice too' : 'when somebody else writes'}`;
  });
  const all = [...words, ...(await writersTo(session, target))];
  return all.length === 0 ? null : `on the target ${all.join('; ')}`;
}
