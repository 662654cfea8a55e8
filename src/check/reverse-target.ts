import { type Finding, finding } from '../contract/finding.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';

const FACTS = `
  SELECT current_setting('wal_level') AS wal_level, current_user AS "user", current_database() AS database,
         current_setting('max_replication_slots')::int > (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> $1) AS slot,
         current_setting('max_wal_senders')::int > (SELECT count(*) FROM pg_stat_replication) AS sender,
         current_setting('max_slot_wal_keep_size') AS keep,
         (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user) AS replicates,
         has_database_privilege(current_database(), 'CREATE') AS creates`;

const NOT_OWNED = `
  SELECT n.nspname AS schema, c.relname AS "table" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN json_to_recordset($1::json) AS t (schema text, "table" text) ON t.schema = n.nspname AND t."table" = c.relname
  WHERE NOT pg_has_role(c.relowner, 'USAGE') ORDER BY 1, 2`;

/** What the target must be and allow for the way back: logical decoding, room for a slot, and our rights. */
export async function checkReverseTarget(
  session: PostgresSession,
  slot: string,
  tables: readonly TargetName[],
): Promise<readonly Finding[]> {
  const [row = {}] = (await session.query(FACTS, [slot])).rows;
  const user = quoteIdent(row['user'] ?? '');
  const isSo = (name: string) => row[name] === 't';
  return [
    ...(row['wal_level'] === 'logical' ? [] : [walLevel(row['wal_level'] ?? '')]),
    ...(isSo('slot') ? [] : [noRoom('TARGET_SLOTS_FULL', 'max_replication_slots', 'replication slot')]),
    ...(isSo('sender') ? [] : [noRoom('TARGET_SENDERS_FULL', 'max_wal_senders', 'walsender')]),
    ...(isSo('replicates') ? [] : [right('REPLICATION', `ALTER ROLE ${user} REPLICATION`)]),
    ...(isSo('creates')
      ? []
      : [right('CREATE on the database', `GRANT CREATE ON DATABASE ${quoteIdent(row['database'] ?? '')} TO ${user}`)]),
    ...(row['keep'] === '-1' ? [] : [limited(row['keep'] ?? '')]),
    ...(await notOwned(session, user, tables)),
  ];
}

function walLevel(level: string): Finding {
  const message = `wal_level is ${level}: nothing can be read for the way back; the change needs a restart`;
  return finding('blocker', 'TARGET_WAL_LEVEL', 'target', message, "ALTER SYSTEM SET wal_level = 'logical'");
}

function noRoom(code: string, setting: string, what: string): Finding {
  const message = `no ${what} is left for the way back; the change needs a restart`;
  return finding('blocker', code, 'target', message, `ALTER SYSTEM SET ${setting} = 20`);
}

function right(name: string, cure: string): Finding {
  return finding('blocker', 'TARGET_PRIVILEGE', 'target', `the account lacks ${name}, which the way back needs`, cure);
}

function limited(keep: string): Finding {
  const message = `max_slot_wal_keep_size is ${keep}: a source that is away for longer than that much log loses the way back`;
  return finding('warning', 'TARGET_SLOT_LIMIT', 'target', message, "ALTER SYSTEM SET max_slot_wal_keep_size = '-1'");
}

async function notOwned(
  session: PostgresSession,
  user: string,
  tables: readonly TargetName[],
): Promise<readonly Finding[]> {
  const { rows } = await session.query(NOT_OWNED, [JSON.stringify(tables)]);
  return rows.map((row) => {
    const name = { schema: row['schema'] ?? '', table: row['table'] ?? '' };
    const message = 'the account does not own the table, so that it cannot have old rows told';
    const cure = `ALTER TABLE ${quoteTable(name)} OWNER TO ${user}`;
    return finding('blocker', 'TARGET_TABLE_NOT_OWNED', `${name.schema}.${name.table}`, message, cure);
  });
}
