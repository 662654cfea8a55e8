import { type Connection, createConnection } from 'mysql2/promise';
import {
  type Case,
  changedTables,
  changesOf,
  NOTHING,
  type Outcome,
  type Side,
  type SideOptions,
  type TableRows,
  type Told,
} from './case.ts';
import { type Cell, cellText, rowLines } from './cell.ts';
import { sourceErrorClass } from './error-class.ts';
import { type ResetNumbers, sourceReset } from './reset-number.ts';

/** Text of every value; JSON is not decoded. */
export const TEXT_OPTIONS = {
  dateStrings: true,
  rowsAsArray: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  jsonStrings: true,
} as const;

/** Opens a session on MySQL or MariaDB in UTC. */
export async function openSourceSide(url: string, options: SideOptions = { isKept: true }): Promise<Side> {
  const connection = await createConnection({ uri: url, ...TEXT_OPTIONS });
  await connection.query("SET time_zone = '+00:00'");
  return sourceSide(connection, options);
}

/** The side over a session that stands; it is ended with the side. */
export function sourceSide(connection: Connection, options: SideOptions): Side {
  let reset: ResetNumbers | undefined;
  return {
    execute: async (statement) => void (await connection.query(statement)),
    run: async (one, tables) => {
      const outcome = await run(connection, one, { tables, ...options });
      if (options.isKept) return outcome;
      reset ??= await sourceReset(connection);
      await reset(changedTables(outcome));
      return outcome;
    },
    [Symbol.asyncDispose]: () => connection.end(),
  };
}

/** Whether a transaction can be held round a case. */
export function isHeld(one: Case): boolean {
  return !(one.tag === 'procedure' && one.commits === true);
}

async function run(
  connection: Connection,
  one: Case,
  { tables, isKept }: SideOptions & { readonly tables: readonly string[] },
): Promise<Outcome> {
  const before = await rowsOf(connection, tables);
  const changes = async (): Promise<TableRows> => changesOf(before, await rowsOf(connection, tables));
  if (isHeld(one)) await connection.query('START TRANSACTION');
  try {
    const told = await call(connection, one);
    if (isHeld(one) && isKept) await connection.query('COMMIT');
    const outcome = { ...told, error: undefined, tables: await changes() };
    if (isHeld(one) && !isKept) await connection.query('ROLLBACK');
    return outcome;
  } catch (error) {
    if (isHeld(one)) await connection.query('ROLLBACK');
    return { ...NOTHING, error: sourceErrorClass(error), tables: await changes() };
  }
}

async function call(connection: Connection, one: Case): Promise<Told> {
  if (one.tag === 'statements') {
    for (const statement of one.statements) await connection.query(statement);
    return NOTHING;
  }
  if (one.tag === 'function') {
    const [rows] = await connection.query(`SELECT ${one.name}(${one.args.join(', ')})`);
    return { ...NOTHING, value: cellText((rows as Cell[][])[0]?.[0]) };
  }
  for (const at of one.out) await connection.query(`SET @out_${at} = ${one.args[at]}`);
  const args = one.args.map((arg, at) => (one.out.includes(at) ? `@out_${at}` : arg));
  const [answer] = await connection.query(`CALL ${one.name}(${args.join(', ')})`);
  return { value: undefined, out: await outOf(connection, one.out), results: resultsOf(answer) };
}

async function outOf(connection: Connection, places: readonly number[]): Promise<readonly string[]> {
  if (places.length === 0) return [];
  const [rows] = await connection.query(`SELECT ${places.map((at) => `@out_${at}`).join(', ')}`);
  return ((rows as Cell[][])[0] ?? []).map(cellText);
}

/** mysql2 gives a list of rows for each result set, and a header behind them. */
function resultsOf(answer: unknown): readonly (readonly string[])[] {
  if (!Array.isArray(answer)) return [];
  return answer.filter((part): part is Cell[][] => Array.isArray(part)).map(rowLines);
}

async function rowsOf(connection: Connection, tables: readonly string[]): Promise<TableRows> {
  const found: Record<string, readonly string[]> = {};
  for (const table of tables) {
    const [rows] = await connection.query(`SELECT * FROM ${table}`);
    found[table] = rowLines(rows as Cell[][]);
  }
  return found;
}
