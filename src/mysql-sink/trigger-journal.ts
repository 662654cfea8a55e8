import { SluiceError } from '../contract/error.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings, type Row } from '../mysql/connection.ts';
import { has, readGrants } from '../mysql/grant.ts';
import { quoteIdentifier } from '../mysql/identifier.ts';
import { ourTable } from './bookkeeping.ts';
import type { CheckpointPlace } from './checkpoint.ts';

/** A trigger with everything on which its meaning rests: as SHOW CREATE TRIGGER tells it. */
export interface SourceTrigger {
  readonly database: string;
  readonly name: string;
  readonly table: string;
  /** Among those of its table, in the order in which they were made and fire. */
  readonly rank: number;
  readonly statement: string;
  readonly sqlMode: string;
  readonly clientCharset: string;
  readonly connectionCollation: string;
  readonly databaseCollation: string;
}

/** Tables by database. */
export type TriggerTables = ReadonlyMap<string, readonly string[]>;

/** The triggers that stand on these tables, in firing order. */
export async function readTriggers(
  connection: MysqlConnection,
  tables: TriggerTables,
): Promise<readonly SourceTrigger[]> {
  const found: SourceTrigger[] = [];
  for (const [database, names] of tables) {
    if (names.length === 0) continue;
    const rows = await connection.rows(
      `SELECT TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS \`table\` FROM information_schema.TRIGGERS
       WHERE TRIGGER_SCHEMA = ? AND EVENT_OBJECT_TABLE IN (?)
       ORDER BY EVENT_OBJECT_TABLE, CAST(ACTION_TIMING AS CHAR), CAST(EVENT_MANIPULATION AS CHAR), ACTION_ORDER`,
      [database, names],
    );
    for (const [rank, row] of rows.entries()) found.push(await readTrigger(connection, database, row, rank));
  }
  return found;
}

async function readTrigger(
  connection: MysqlConnection,
  database: string,
  row: Row,
  rank: number,
): Promise<SourceTrigger> {
  const name = row['name'] ?? '';
  const shown = await connection.row(`SHOW CREATE TRIGGER ${quoteIdentifier(database)}.${quoteIdentifier(name)}`);
  const statement = shown['SQL Original Statement'];
  if (!statement) throw unreadable(database, name);
  return {
    database,
    name,
    table: row['table'] ?? '',
    rank,
    statement,
    sqlMode: shown['sql_mode'] ?? '',
    clientCharset: shown['character_set_client'] ?? 'utf8mb4',
    connectionCollation: shown['collation_connection'] ?? '',
    databaseCollation: shown['Database Collation'] ?? '',
  };
}

/**
 * Drops the triggers of these tables, each after it stands in the journal (INV-148): a server cannot switch them off,
 * and what they did at the target comes back as rows. Run again after a crash it drops what is left.
 */
export async function dropTriggers(
  connection: MysqlConnection,
  place: CheckpointPlace,
  tables: TriggerTables,
): Promise<number> {
  await assertVisible(connection, tables);
  const triggers = await readTriggers(connection, tables);
  for (const trigger of triggers) await note(connection, place, trigger);
  for (const { database, name } of triggers)
    await connection.run(`DROP TRIGGER IF EXISTS ${quoteIdentifier(database)}.${quoteIdentifier(name)}`);
  return triggers.length;
}

/** To an account without the right there seem to be none. */
async function assertVisible(connection: MysqlConnection, tables: TriggerTables): Promise<void> {
  const grants = await readGrants(connection);
  for (const [database, names] of tables)
    if (names.length > 0 && !has(grants, 'TRIGGER', database)) throw unreadable(database, '*');
}

async function note(
  connection: MysqlConnection,
  { database, pipeline }: CheckpointPlace,
  trigger: SourceTrigger,
): Promise<void> {
  await connection.run(
    `INSERT IGNORE INTO ${ourTable(database, 'reverse_trigger')} (pipeline, \`database\`, name, \`table\`, rank_in_table,
       statement, sql_mode, client_charset, connection_collation, database_collation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[pipeline, trigger.database, trigger.name, trigger.table, trigger.rank, trigger.statement, trigger.sqlMode],
      ...[trigger.clientCharset, trigger.connectionCollation, trigger.databaseCollation],
    ],
  );
}

/** What was dropped and is not put back yet, in the order in which it is to be made. */
export async function journalledTriggers(
  connection: MysqlConnection,
  { database, pipeline }: CheckpointPlace,
): Promise<readonly SourceTrigger[]> {
  const rows = await connection.rows(
    `SELECT \`database\`, name, \`table\`, rank_in_table, statement, sql_mode, client_charset, connection_collation,
       database_collation FROM ${ourTable(database, 'reverse_trigger')} WHERE pipeline = ?
     ORDER BY \`database\`, rank_in_table`,
    [pipeline],
  );
  return rows.map((row) => ({
    database: row['database'] ?? '',
    name: row['name'] ?? '',
    table: row['table'] ?? '',
    rank: Number(row['rank_in_table']),
    statement: row['statement'] ?? '',
    sqlMode: row['sql_mode'] ?? '',
    clientCharset: row['client_charset'] ?? '',
    connectionCollation: row['connection_collation'] ?? '',
    databaseCollation: row['database_collation'] ?? '',
  }));
}

/** Makes every journalled trigger again, as it was, and forgets it then. Run again after a crash it makes what is left. */
export async function restoreTriggers(
  settings: MysqlSettings,
  connection: MysqlConnection,
  place: CheckpointPlace,
): Promise<number> {
  const triggers = await journalledTriggers(connection, place);
  for (const trigger of triggers) {
    if (!(await stands(connection, trigger))) await make(settings, trigger);
    await connection.run(
      `DELETE FROM ${ourTable(place.database, 'reverse_trigger')} WHERE pipeline = ? AND \`database\` = ? AND name = ?`,
      [place.pipeline, trigger.database, trigger.name],
    );
  }
  return triggers.length;
}

async function stands(connection: MysqlConnection, { database, name }: SourceTrigger): Promise<boolean> {
  const rows = await connection.rows(
    'SELECT 1 AS there FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? AND TRIGGER_NAME = ?',
    [database, name],
  );
  return rows.length > 0;
}

/**
 * In a session of its own that speaks the trigger's character set, since the server keeps the text as it was sent. The
 * database's own collation of then is kept with a trigger too: it must be the same again while it is made.
 */
async function make(settings: MysqlSettings, trigger: SourceTrigger): Promise<void> {
  const { clientCharset, connectionCollation, sqlMode, database, statement } = trigger;
  const session = await connectMysql({ ...settings, database }, { charset: clientCharset });
  try {
    await withDatabaseCollation(session, trigger, async () => {
      await session.run(
        `SET character_set_client = ${checkedName(clientCharset)}, collation_connection = ${checkedName(connectionCollation)}, sql_mode = '${checkedMode(sqlMode)}'`,
      );
      await session.run(statement);
    });
  } finally {
    await session.close();
  }
}

async function withDatabaseCollation(
  session: MysqlConnection,
  { database, databaseCollation }: SourceTrigger,
  work: () => Promise<void>,
): Promise<void> {
  const { collation } = await session.row(
    'SELECT DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
    [database],
  );
  const alter = (name: string) =>
    session.run(`ALTER DATABASE ${quoteIdentifier(database)} COLLATE ${checkedName(name)}`);
  const isOther = collation !== null && collation !== undefined && collation !== databaseCollation;
  if (isOther) await alter(databaseCollation);
  try {
    await work();
  } finally {
    if (isOther) await alter(collation);
  }
}

function checkedName(name: string): string {
  if (!/^\w+$/.test(name)) throw new RangeError('no name of a character set or collation');
  return name;
}

function checkedMode(mode: string): string {
  if (!/^[\w,]*$/.test(mode)) throw new RangeError('no sql_mode');
  return mode;
}

/** REVERSE_TRIGGER_UNREADABLE: a trigger cannot be seen whole, so that it could not be put back. */
function unreadable(database: string, name: string): SluiceError {
  return new SluiceError({
    code: 'REVERSE_TRIGGER_UNREADABLE',
    message: `the trigger ${database}.${name} cannot be read`,
    remedy: 'Grant TRIGGER on the tables of the pipeline to the account of source.url.',
    disposition: 'stop',
  });
}
