import { type Connection, createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { startServer } from '../../src/servers/server.ts';

/** One answer of a server to one expression: its text, or the message of its error. */
export type Answer = { readonly text: string | null } | { readonly error: string };

type Rows = readonly [rows: readonly (readonly unknown[])[], names: readonly string[]];

/** No value is decoded: its text is compared. */
const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** A MySQL and a PostgreSQL in sessions of one time zone and one collation, asked for the text of expressions. */
export class TwoServers {
  readonly mysql: Connection;
  readonly postgres: Client;

  private constructor(mysql: Connection, postgres: Client) {
    this.mysql = mysql;
    this.postgres = postgres;
  }

  /** On databases of the caller's, else on those that every server has. */
  static async open(mysqlUrl?: string, postgresUrl?: string): Promise<TwoServers> {
    const [source, target] = [await startServer('mysql'), await startServer('postgres')];
    const mysql = await createConnection({ uri: mysqlUrl ?? source.url, dateStrings: true });
    await mysql.query('SET NAMES utf8mb4 COLLATE utf8mb4_0900_ai_ci');
    await mysql.query("SET time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE'");
    if (mysqlUrl === undefined) await mysql.query('USE information_schema');
    const postgres = new Client({ connectionString: postgresUrl ?? target.url, types: AS_TEXT });
    await postgres.connect();
    await postgres.query("SET TIME ZONE 'UTC'");
    return new TwoServers(mysql, postgres);
  }

  /** What MySQL answers to each expression, in one statement; one by one when that fails. */
  async askMysql(expressions: readonly string[]): Promise<readonly Answer[]> {
    const ask = async (list: readonly string[]): Promise<readonly (string | null)[]> => {
      const items = list.map((expression) => `CAST((${expression}) AS CHAR)`);
      const [rows] = await this.mysql.query({ sql: `SELECT ${items.join(', ')}`, rowsAsArray: true });
      return (rows as (string | null)[][])[0] ?? [];
    };
    return await answers(expressions, ask);
  }

  /** What PostgreSQL answers to each expression. Bytes are read as UTF-8, as the source's client would. */
  async askPostgres(expressions: readonly string[]): Promise<readonly Answer[]> {
    const ask = async (list: readonly string[]): Promise<readonly (string | null)[]> => {
      const items = list.map((expression) => `(${expression})::text`);
      const { rows } = await this.postgres.query({ text: `SELECT ${items.join(', ')}`, rowMode: 'array' });
      return rows[0] ?? [];
    };
    return await answers(expressions, ask);
  }

  /** Rows and names of columns of a query on MySQL. */
  async mysqlRows(query: string): Promise<Rows> {
    const [rows, fields] = await this.mysql.query({ sql: query, rowsAsArray: true });
    return [rows as unknown[][], fields.map(({ name }) => name)];
  }

  /** Rows and names of columns of a query on PostgreSQL, every value as its text. */
  async postgresRows(query: string): Promise<Rows> {
    const { rows, fields } = await this.postgres.query({ text: query, rowMode: 'array' });
    return [rows, fields.map(({ name }) => name)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mysql.end();
    await this.postgres.end();
  }
}

type Ask = (list: readonly string[]) => Promise<readonly (string | null)[]>;

async function answers(expressions: readonly string[], ask: Ask): Promise<readonly Answer[]> {
  try {
    return (await ask(expressions)).map((text) => ({ text }));
  } catch (error) {
    const [only] = expressions;
    if (expressions.length === 1 || only === undefined) return [{ error: String(error) }];
    const found: Answer[] = [];
    for (const expression of expressions) found.push(...(await answers([expression], ask)));
    return found;
  }
}

/**
 * An answer in a form that both servers share: numbers by value to 12 digits, a moment at midnight as a day, JSON by
 * its structure.
 */
export function canonical(answer: Answer): string {
  if ('error' in answer) return `error: ${answer.error}`;
  const { text } = answer;
  if (text === null) return 'NULL';
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) return canonicalNumber(text);
  if (/^\d{4}-\d\d-\d\d 00:00:00(?:\.0+)?$/.test(text)) return text.slice(0, 10);
  if (/^[[{"]/.test(text)) return canonicalJson(text);
  return text.replace(/^(\d+(?:-\d\d){2} [\d:]+)\.0+$/, '$1');
}

/** Integers of more digits than a double holds are compared as they are. */
function canonicalNumber(text: string): string {
  if (/^-?\d{16,}$/.test(text)) return text;
  return String(Number(Number(text).toPrecision(12)));
}

function canonicalJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
