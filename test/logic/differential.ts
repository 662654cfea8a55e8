import { type Connection, createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { canonical } from '../sql/two-servers.ts';

/** One thing to do on both servers: literals are those that both read alike. */
export type Case =
  | { readonly tag: 'function'; readonly name: string; readonly args: readonly string[] }
  /** `out` are places of OUT and INOUT parameters; the argument of an INOUT one is its first value. */
  | {
      readonly tag: 'procedure';
      readonly name: string;
      readonly args: readonly string[];
      readonly out: readonly number[];
      readonly hasResultSets: boolean;
      readonly commits?: boolean;
    }
  /** Statements of the common language, for triggers. */
  | { readonly tag: 'statements'; readonly statements: readonly string[] };

/** What came of it: everything a caller or a later reader can see. */
export interface Outcome {
  readonly value: string | undefined;
  readonly out: readonly string[];
  /** Rows of each result set; sorted, unless the query says an order, which the source alone knows: both are sorted. */
  readonly results: readonly (readonly string[])[];
  /** The class of the error. */
  readonly error: string | undefined;
  /** Of every table asked for, the rows that went (`- row`) and that came (`+ row`), sorted. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

export interface Side extends AsyncDisposable {
  /** Runs a case; after an error the database is as it was before. */
  run(one: Case, tables: readonly string[]): Promise<Outcome>;
  execute(statement: string): Promise<void>;
}

type Cell = string | null;

/** Text of every value; bytes as hexadecimal digits. */
const TEXT_OPTIONS = { dateStrings: true, rowsAsArray: true, supportBigNumbers: true, bigNumberStrings: true } as const;

export async function openMysqlSide(url: string): Promise<Side> {
  const connection = await createConnection({ uri: url, ...TEXT_OPTIONS });
  await connection.query("SET time_zone = '+00:00'");
  return {
    execute: async (statement) => void (await connection.query(statement)),
    run: (one, tables) => runMysql(connection, one, tables),
    [Symbol.asyncDispose]: () => connection.end(),
  };
}

async function runMysql(connection: Connection, one: Case, tables: readonly string[]): Promise<Outcome> {
  const isOpen = !(one.tag === 'procedure' && one.commits === true);
  const before = await mysqlTables(connection, tables);
  const changes = async (): Promise<Outcome['tables']> => changesOf(before, await mysqlTables(connection, tables));
  if (isOpen) await connection.query('START TRANSACTION');
  try {
    const told = await callMysql(connection, one);
    if (isOpen) await connection.query('COMMIT');
    return { ...told, error: undefined, tables: await changes() };
  } catch (error) {
    if (isOpen) await connection.query('ROLLBACK');
    return { value: undefined, out: [], results: [], error: mysqlClass(error), tables: await changes() };
  }
}

type Told = Pick<Outcome, 'value' | 'out' | 'results'>;

async function callMysql(connection: Connection, one: Case): Promise<Told> {
  if (one.tag === 'statements') {
    for (const statement of one.statements) await connection.query(statement);
    return { value: undefined, out: [], results: [] };
  }
  if (one.tag === 'function') {
    const [rows] = await connection.query(`SELECT ${one.name}(${one.args.join(', ')})`);
    return { value: cells(rows as Cell[][])[0], out: [], results: [] };
  }
  for (const at of one.out) await connection.query(`SET @out_${at} = ${one.args[at]}`);
  const args = one.args.map((arg, at) => (one.out.includes(at) ? `@out_${at}` : arg));
  const [answer] = await connection.query(`CALL ${one.name}(${args.join(', ')})`);
  const results = Array.isArray(answer) ? answer.filter((part) => Array.isArray(part)) : [];
  const out =
    one.out.length === 0 ? [] : await connection.query(`SELECT ${one.out.map((at) => `@out_${at}`).join(', ')}`);
  return {
    value: undefined,
    out: one.out.length === 0 ? [] : ((out[0] as Cell[][])[0] ?? []).map(cell),
    results: (results as Cell[][][]).map(sorted),
  };
}

async function mysqlTables(connection: Connection, tables: readonly string[]): Promise<Outcome['tables']> {
  const found: Record<string, readonly string[]> = {};
  for (const table of tables) {
    const [rows] = await connection.query(`SELECT * FROM ${table}`);
    found[table] = sorted(rows as Cell[][]);
  }
  return found;
}

function changesOf(before: Outcome['tables'], after: Outcome['tables']): Outcome['tables'] {
  return Object.fromEntries(
    Object.entries(after).map(([table, rows]) => {
      const was = new Set(before[table]);
      const is = new Set(rows);
      const gone = [...was].filter((row) => !is.has(row)).map((row) => `- ${row}`);
      return [table, [...gone, ...rows.filter((row) => !was.has(row)).map((row) => `+ ${row}`)]];
    }),
  );
}

const CLASSES: Readonly<Record<number, string>> = {
  1048: 'null',
  1062: 'duplicate',
  1172: 'many',
  1264: 'range',
  1339: 'case',
  1365: 'zero',
  1406: 'long',
  1451: 'reference',
  1452: 'reference',
  1690: 'range',
  3819: 'check',
};

function mysqlClass(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return String(error);
  const state = 'sqlState' in error ? String(error.sqlState) : '';
  const message = 'sqlMessage' in error ? String(error.sqlMessage) : '';
  return (
    CLASSES[Number(error.errno)] ?? (state.startsWith('45') ? `signal ${message}` : `${String(error.errno)} ${message}`)
  );
}

/** No value is decoded: its text is compared; a boolean is the source's 1 or 0. */
const AS_TEXT = {
  getTypeParser: (oid: number) => (value: string) => (oid === 16 ? String(Number(value === 't')) : value),
};

export async function openPostgresSide(url: string, schema: string): Promise<Side> {
  const client = new Client({ connectionString: url, types: AS_TEXT });
  await client.connect();
  await client.query(`SET TIME ZONE 'UTC'; SET search_path = "${schema}"`);
  return {
    execute: async (statement) => void (await client.query(statement)),
    run: (one, tables) => runPostgres(client, one, tables),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function runPostgres(client: Client, one: Case, tables: readonly string[]): Promise<Outcome> {
  const isOpen = !(one.tag === 'procedure' && one.commits === true);
  const before = await postgresTables(client, tables);
  const changes = async (): Promise<Outcome['tables']> => changesOf(before, await postgresTables(client, tables));
  if (isOpen) await client.query('BEGIN');
  try {
    const told = await callPostgres(client, one);
    if (isOpen) await client.query('COMMIT');
    return { ...told, error: undefined, tables: await changes() };
  } catch (error) {
    await client.query('ROLLBACK');
    return { value: undefined, out: [], results: [], error: postgresClass(error), tables: await changes() };
  }
}

async function callPostgres(client: Client, one: Case): Promise<Told> {
  if (one.tag === 'statements') {
    for (const statement of one.statements) await client.query(statement);
    return { value: undefined, out: [], results: [] };
  }
  if (one.tag === 'function') {
    return {
      value: cells(await rowsOf(client, `SELECT ${one.name}(${one.args.join(', ')})`))[0],
      out: [],
      results: [],
    };
  }
  const args = [...one.args, ...(one.hasResultSets ? ["'{}'"] : [])];
  const [row = []] = await rowsOf(client, `CALL ${one.name}(${args.join(', ')})`);
  const portals = one.hasResultSets ? portalsOf(row.at(-1) ?? '{}') : [];
  const results: (readonly string[])[] = [];
  for (const portal of portals) results.push(sorted(await rowsOf(client, `FETCH ALL FROM "${portal}"`)));
  return { value: undefined, out: (one.hasResultSets ? row.slice(0, -1) : row).map(cell), results };
}

/** `{"<unnamed portal 1>",x}`. */
function portalsOf(text: string): readonly string[] {
  return text === '{}'
    ? []
    : text
        .slice(1, -1)
        .split(',')
        .map((name) => name.replaceAll('"', ''));
}

async function rowsOf(client: Client, sql: string): Promise<Cell[][]> {
  return (await client.query<Cell[]>({ text: sql, rowMode: 'array' })).rows;
}

async function postgresTables(client: Client, tables: readonly string[]): Promise<Outcome['tables']> {
  const found: Record<string, readonly string[]> = {};
  for (const table of tables) found[table] = sorted(await rowsOf(client, `SELECT * FROM ${table}`));
  return found;
}

const STATES: Readonly<Record<string, string>> = {
  '20000': 'case',
  '22001': 'long',
  '22003': 'range',
  '22012': 'zero',
  '23502': 'null',
  '23503': 'reference',
  '23505': 'duplicate',
  '23514': 'check',
  P0003: 'many',
};

function postgresClass(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return String(error);
  const message = 'message' in error ? String(error.message) : '';
  const code = String(error.code);
  const where = 'where' in error ? String(error.where) : '';
  return STATES[code] ?? (code.startsWith('45') ? `signal ${message}` : `${code} ${message} ${where}`);
}

function sorted(rows: readonly (readonly Cell[])[]): readonly string[] {
  return rows.map((row) => row.map(cell).join('|')).sort();
}

function cells(rows: readonly (readonly Cell[])[]): readonly string[] {
  return (rows[0] ?? []).map(cell);
}

/** Within this of now, a moment is the clock's. */
const CLOCK_MS = 600_000;

/** A value in a form that both servers share; what the clock gave is `now`, bytes are digits. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'object') return canonical({ text: JSON.stringify(value) });
  const text = String(value).replace(/\+00$/, '');
  if (text.startsWith('\\x')) return text.slice(2);
  if (/^\d{4}-\d\d-\d\d \d\d:/.test(text) && Math.abs(Date.parse(`${text.replace(' ', 'T')}Z`) - Date.now()) < CLOCK_MS)
    return 'now';
  return canonical({ text });
}
