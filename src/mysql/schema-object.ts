import { SluiceError } from '../contract/error.ts';
import type { MysqlConnection, Row } from './connection.ts';
import { quoteTable } from './identifier.ts';
import { tableKey } from './table-key.ts';

export interface View {
  readonly database: string;
  readonly name: string;
  /** The SELECT in the server's own spelling, names qualified; empty when this account may not see it. */
  readonly definition: string;
  /** `NONE`, `LOCAL`, `CASCADED`. */
  readonly checkOption: string;
  readonly definer: string;
  /** False when the server says that it refers to what is not there; then it has no columns either. */
  readonly isValid: boolean;
  readonly columns: readonly ViewColumn[];
}

export interface ViewColumn {
  readonly name: string;
  readonly columnType: string;
  readonly charset: string | null;
  readonly collation: string | null;
}

export interface Program {
  readonly kind: 'trigger' | 'procedure' | 'function' | 'package' | 'event';
  readonly database: string;
  readonly name: string;
  /** Of a trigger; null for the others. */
  readonly table: string | null;
  readonly definer: string;
  readonly definition: string;
  readonly sqlMode: string;
  /** `BEFORE INSERT` of a trigger, `ENABLED` of an event; '' for the others. */
  readonly when: string;
}

/** Every number as digits: they go to the ends of 64 bits. */
export interface Sequence {
  readonly database: string;
  readonly name: string;
  readonly next: string;
  readonly start: string;
  readonly least: string;
  readonly greatest: string;
  readonly increment: string;
  readonly cache: string;
  readonly isCycling: boolean;
}

export interface PartitionScheme {
  /** `RANGE`, `LIST COLUMNS`, `HASH`, `KEY`, `SYSTEM_TIME`, ... */
  readonly method: string;
  readonly expression: string;
  readonly isSubdivided: boolean;
  readonly parts: readonly SourcePartition[];
}

export interface SourcePartition {
  readonly name: string;
  /** `10`, `MAXVALUE`, `1,2,NULL`, `'2020-01-01',5`; '' of a hash. */
  readonly bound: string;
}

export interface SchemaObjects {
  readonly views: readonly View[];
  readonly programs: readonly Program[];
  readonly sequences: readonly Sequence[];
  readonly partitions: ReadonlyMap<string, PartitionScheme>;
  /** Accounts that exist, `user@host`; null when this account may not see them. */
  readonly accounts: ReadonlySet<string> | null;
}

export async function readObjects(connection: MysqlConnection, databases: readonly string[]): Promise<SchemaObjects> {
  const read = (sql: string) => (databases.length === 0 ? Promise.resolve([]) : connection.rows(sql, [databases]));
  const columns = Map.groupBy(await read(VIEW_COLUMNS), (row) => tableKey(of(row, 'database'), of(row, 'name')));
  const views = (await read(VIEWS)).map((row) =>
    view(row, columns.get(tableKey(of(row, 'database'), of(row, 'name')))),
  );
  const programs = [await read(TRIGGERS), await read(ROUTINES), await read(EVENTS)].flat().map(program);
  const partitions = Map.groupBy(await read(PARTITIONS), (row) => tableKey(of(row, 'database'), of(row, 'table')));
  return {
    views,
    programs,
    sequences: await readSequences(connection, await read(SEQUENCES)),
    partitions: new Map([...partitions].map(([key, rows]) => [key, scheme(rows)])),
    accounts: await readAccounts(connection),
  };
}

const VIEWS = `SELECT v.TABLE_SCHEMA AS \`database\`, v.TABLE_NAME AS name, VIEW_DEFINITION AS definition,
  CHECK_OPTION AS checkOption, DEFINER AS definer, t.TABLE_COMMENT AS state
  FROM information_schema.VIEWS v JOIN information_schema.TABLES t
    ON t.TABLE_SCHEMA = v.TABLE_SCHEMA AND t.TABLE_NAME = v.TABLE_NAME
  WHERE v.TABLE_SCHEMA IN (?) ORDER BY v.TABLE_SCHEMA, v.TABLE_NAME`;

const VIEW_COLUMNS = `SELECT c.TABLE_SCHEMA AS \`database\`, c.TABLE_NAME AS name, COLUMN_NAME AS \`column\`,
  COLUMN_TYPE AS type, CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation
  FROM information_schema.COLUMNS c JOIN information_schema.VIEWS v
    ON v.TABLE_SCHEMA = c.TABLE_SCHEMA AND v.TABLE_NAME = c.TABLE_NAME
  WHERE c.TABLE_SCHEMA IN (?) ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION`;

const TRIGGERS = `SELECT 'TRIGGER' AS kind, TRIGGER_SCHEMA AS \`database\`, TRIGGER_NAME AS name,
  EVENT_OBJECT_TABLE AS \`table\`, DEFINER AS definer, ACTION_STATEMENT AS definition, SQL_MODE AS sqlMode,
  CONCAT(ACTION_TIMING, ' ', EVENT_MANIPULATION) AS \`when\`
  FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN (?) ORDER BY TRIGGER_SCHEMA, TRIGGER_NAME`;

const ROUTINES = `SELECT ROUTINE_TYPE AS kind, ROUTINE_SCHEMA AS \`database\`, ROUTINE_NAME AS name, NULL AS \`table\`,
  DEFINER AS definer, ROUTINE_DEFINITION AS definition, SQL_MODE AS sqlMode, '' AS \`when\`
  FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA IN (?) ORDER BY ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE`;

const EVENTS = `SELECT 'EVENT' AS kind, EVENT_SCHEMA AS \`database\`, EVENT_NAME AS name, NULL AS \`table\`,
  DEFINER AS definer, EVENT_DEFINITION AS definition, SQL_MODE AS sqlMode, STATUS AS \`when\`
  FROM information_schema.EVENTS WHERE EVENT_SCHEMA IN (?) ORDER BY EVENT_SCHEMA, EVENT_NAME`;

const PARTITIONS = `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`, PARTITION_NAME AS name,
  PARTITION_METHOD AS method, PARTITION_EXPRESSION AS expression, PARTITION_DESCRIPTION AS bound,
  SUBPARTITION_NAME AS sub
  FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA IN (?) AND PARTITION_NAME IS NOT NULL
  ORDER BY TABLE_SCHEMA, TABLE_NAME, PARTITION_ORDINAL_POSITION`;

const SEQUENCES = `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS name FROM information_schema.TABLES
  WHERE TABLE_SCHEMA IN (?) AND TABLE_TYPE = 'SEQUENCE' ORDER BY TABLE_SCHEMA, TABLE_NAME`;

function view(row: Row, columns: readonly Row[] = []): View {
  return {
    database: of(row, 'database'),
    name: of(row, 'name'),
    definition: of(row, 'definition'),
    checkOption: of(row, 'checkOption'),
    definer: of(row, 'definer'),
    // The comment of a view that works is the word VIEW; of a broken one the server's complaint.
    isValid: of(row, 'state') === 'VIEW' && columns.length > 0,
    columns: columns.map((column) => ({
      name: of(column, 'column'),
      columnType: of(column, 'type'),
      charset: column['charset'] ?? null,
      collation: column['collation'] ?? null,
    })),
  };
}

const PROGRAM_KINDS: Readonly<Record<string, Program['kind']>> = {
  TRIGGER: 'trigger',
  PROCEDURE: 'procedure',
  FUNCTION: 'function',
  EVENT: 'event',
};

function program(row: Row): Program {
  return {
    // MariaDB has PACKAGE and PACKAGE BODY besides.
    kind: PROGRAM_KINDS[of(row, 'kind')] ?? 'package',
    database: of(row, 'database'),
    name: of(row, 'name'),
    table: row['table'] ?? null,
    definer: of(row, 'definer'),
    definition: of(row, 'definition'),
    sqlMode: of(row, 'sqlMode'),
    when: of(row, 'when'),
  };
}

function scheme(rows: readonly Row[]): PartitionScheme {
  const [first = {}] = rows;
  const parts = new Map(rows.map((row) => [of(row, 'name'), of(row, 'bound')]));
  return {
    method: of(first, 'method'),
    expression: of(first, 'expression'),
    isSubdivided: of(first, 'sub') !== '',
    parts: [...parts].map(([name, bound]) => ({ name, bound })),
  };
}

/** A sequence is a table of one row, which is the only place that tells its position. */
async function readSequences(connection: MysqlConnection, rows: readonly Row[]): Promise<readonly Sequence[]> {
  const sequences: Sequence[] = [];
  for (const row of rows) {
    const [database, name] = [of(row, 'database'), of(row, 'name')];
    const state = await connection.row(`SELECT * FROM ${quoteTable({ database, table: name })}`);
    sequences.push({
      database,
      name,
      next: of(state, 'next_not_cached_value'),
      start: of(state, 'start_value'),
      least: of(state, 'minimum_value'),
      greatest: of(state, 'maximum_value'),
      increment: of(state, 'increment'),
      cache: of(state, 'cache_size'),
      isCycling: of(state, 'cycle_option') === '1',
    });
  }
  return sequences;
}

async function readAccounts(connection: MysqlConnection): Promise<ReadonlySet<string> | null> {
  try {
    const rows = await connection.rows("SELECT CONCAT(User, '@', Host) AS account FROM mysql.user");
    return new Set(rows.map((row) => of(row, 'account')));
  } catch (error) {
    if (isDenied(error)) return null;
    throw error;
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof SluiceError && error.disposition !== 'retry';
}

function of(row: Row, column: string): string {
  return row[column] ?? '';
}
