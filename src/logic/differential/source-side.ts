import type { TypeCastField, TypeCastNext } from 'mysql2';
import { type Connection, createConnection, type FieldPacket } from 'mysql2/promise';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import { type Case, NOTHING, type Side, type SideOptions, type Told } from './case.ts';
import { type Cell, rowLines } from './cell.ts';
import { sourceErrorClass } from './error-class.ts';
import { sourceReset } from './reset-number.ts';
import { resultLines, shownCell, shownOut } from './result-lines.ts';
import type { ResultOrder } from './result-order.ts';
import { framedSide, isCommitting, type SideSession } from './side-frame.ts';
import { type QuotedTable, sourceTables } from './table-name.ts';

/** Text of every value, of a BIT its number; JSON is not decoded. */
export const TEXT_OPTIONS = {
  typeCast: (field: TypeCastField, next: TypeCastNext): unknown => (field.type === 'BIT' ? bitText(field) : next()),
  dateStrings: true,
  rowsAsArray: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  jsonStrings: true,
} as const;

function bitText(field: TypeCastField): string | null {
  const bytes = field.buffer();
  return bytes === null ? null : BigInt(`0x${bytes.toString('hex')}`).toString();
}

/** Opens a session on MySQL or MariaDB in UTC. */
export async function openSourceSide(url: string, options: SideOptions = { isKept: true }): Promise<Side> {
  const connection = await createConnection({ uri: url, ...TEXT_OPTIONS });
  await connection.query("SET time_zone = '+00:00'");
  return sourceSide(connection, options);
}

/** The side over a session that stands; it is ended with the side. */
export function sourceSide(connection: Connection, options: SideOptions): Side {
  let names: QuotedTable | undefined;
  const nameOf = async (table: string): Promise<string> => {
    names ??= await sourceTables(connection);
    return names(table);
  };
  const session: SideSession = {
    execute: (statement) => connection.query(statement),
    rowsOf: async (table) => await rowsOf(connection, await nameOf(table)),
    tell: async (one) => {
      if (one.tag === 'rows') return { ...NOTHING, results: [await rowsOf(connection, await nameOf(one.view))] };
      // As for the first statement of a session, whatever the cases before inserted.
      await connection.query('DO LAST_INSERT_ID(0)');
      if (options.first !== undefined) await connection.query(options.first);
      return await call(connection, one);
    },
    isHeld: (one) => !isCommitting(one),
    classOf: sourceErrorClass,
    reset: () => sourceReset(connection),
    end: () => connection.end(),
  };
  return framedSide(session, options);
}

async function rowsOf(connection: Connection, table: string): Promise<readonly string[]> {
  const [rows] = await connection.query(`SELECT * FROM ${table}`);
  return rowLines(rows as Cell[][]);
}

type ProcedureCase = Extract<Case, { tag: 'procedure' }>;

async function call(connection: Connection, one: Exclude<Case, { tag: 'rows' }>): Promise<Told> {
  if (one.tag === 'statements') {
    for (const statement of one.statements) await connection.query(statement);
    return NOTHING;
  }
  if (one.tag === 'function') {
    const [rows] = await connection.query(`SELECT ${quoteIdentifier(one.name)}(${one.args.join(', ')})`);
    return { ...NOTHING, value: shownCell((rows as Cell[][])[0]?.[0], one) };
  }
  for (const at of one.out) await connection.query(`SET @out_${at} = ${one.args[at]}`);
  const args = one.args.map((arg, at) => (one.out.includes(at) ? `@out_${at}` : arg));
  const [answer, fields] = await connection.query(`CALL ${quoteIdentifier(one.name)}(${args.join(', ')})`);
  return { value: undefined, out: await outOf(connection, one), results: resultsOf(answer, fields, one.orders ?? []) };
}

async function outOf(connection: Connection, one: ProcedureCase): Promise<readonly string[]> {
  const { out } = one;
  if (out.length === 0) return [];
  const [rows] = await connection.query(`SELECT ${out.map((at) => `@out_${at}`).join(', ')}`);
  return shownOut((rows as Cell[][])[0] ?? [], one);
}

/** mysql2 gives a list of rows for each result set, and a header behind them. */
function resultsOf(answer: unknown, fields: unknown, orders: readonly ResultOrder[]): readonly (readonly string[])[] {
  if (!Array.isArray(answer) || !Array.isArray(fields)) return [];
  return answer.flatMap((rows: unknown, at) => {
    if (!Array.isArray(rows)) return [];
    const columns = ((fields[at] ?? []) as readonly FieldPacket[]).map(({ name, columnType }) => ({
      name,
      isDecimal: columnType === DECIMAL,
      isTime: columnType === TIME,
    }));
    return [resultLines({ columns, rows: rows as Cell[][] }, orders)];
  });
}

/** NEWDECIMAL and TIME of the protocol. */
const DECIMAL = 246;
const TIME = 11;
