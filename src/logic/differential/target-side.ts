import { Client } from 'pg';
import { quoteName } from '../../sql/fragment.ts';
import { type Case, NOTHING, type Side, type SideOptions, type Told } from './case.ts';
import { type Cell, rowLines } from './cell.ts';
import { targetErrorClass } from './error-class.ts';
import { targetReset } from './reset-number.ts';
import { resultLines, shownCell, shownOut } from './result-lines.ts';
import { framedSide, isCommitting, type SideSession } from './side-frame.ts';
import { type QuotedTable, targetTables } from './table-name.ts';

const BOOLEAN = 16;
const BIT = 1560;
const TEXT_ARRAY = 1009;
const NUMERIC = 1700;
/** time and interval. */
const TIMES = [1083, 1186];

/** No value is decoded: its text is compared; a boolean is the source's 1 or 0, bits a number, an array of texts the source's SET. */
export const AS_TEXT = {
  getTypeParser: (oid: number) => (value: string) => {
    if (oid === TEXT_ARRAY) return setText(value);
    if (oid === BIT) return BigInt(`0b${value}`).toString();
    return oid === BOOLEAN ? String(Number(value === 't')) : value;
  },
};

/** `{a,"b c"}`: members hold no comma. */
function setText(value: string): string {
  return value
    .slice(1, -1)
    .split(',')
    .map((member) => member.replace(/^"(.*)"$/s, '$1').replaceAll(/\\(.)/gs, '$1'))
    .join(',');
}

/** Opens a session on PostgreSQL in UTC whose tables and routines are those of one schema. */
export async function openTargetSide(
  url: string,
  schema: string,
  options: SideOptions = { isKept: true },
): Promise<Side> {
  const client = new Client({ connectionString: url, types: AS_TEXT });
  await client.connect();
  await client.query(`SET TIME ZONE 'UTC'; SET search_path = "${schema}"`);
  return targetSide(client, options);
}

const NO_RULES: ReadonlySet<string> = new Set();

/** The side over a session that stands; it is ended with the side. */
export function targetSide(client: Client, options: SideOptions): Side {
  let names: QuotedTable | undefined;
  const nameOf = async (table: string): Promise<string> => {
    names ??= await targetTables(client);
    return names(table);
  };
  const rowsOfTable = async (table: string): Promise<readonly string[]> =>
    rowLines(await rowsOf(client, `SELECT * FROM ${await nameOf(table)}`));
  const session: SideSession = {
    execute: (statement) => client.query(statement),
    rowsOf: rowsOfTable,
    tell: async (one) =>
      one.tag === 'rows'
        ? { ...NOTHING, results: [await rowsOfTable(one.view)] }
        : await freshCall(client, one, options.first),
    // A result set is a cursor, which lives in a transaction.
    isHeld: (one) => !isCommitting(one) || (one.tag === 'procedure' && one.hasResultSets),
    classOf: (error) => targetErrorClass(error, options.rules ?? NO_RULES),
    reset: () => targetReset(client),
    end: () => client.end(),
  };
  return framedSide(session, options);
}

/** As for the first statement of a session, whatever the cases before inserted. */
async function freshCall(
  client: Client,
  one: Exclude<Case, { tag: 'rows' }>,
  first: string | undefined,
): Promise<Told> {
  if (first !== undefined) await client.query(first);
  await client.query("SELECT set_config('sluice.last_insert_id', '', false)");
  return await call(client, one);
}

async function call(client: Client, one: Exclude<Case, { tag: 'rows' }>): Promise<Told> {
  if (one.tag === 'statements') {
    for (const statement of one.onTarget ?? one.statements) await client.query(statement);
    return NOTHING;
  }
  if (one.tag === 'function') {
    const rows = await rowsOf(client, `SELECT ${quoteName(one.name)}(${one.args.join(', ')})`);
    return { ...NOTHING, value: shownCell(rows[0]?.[0], one) };
  }
  const args = [...one.args, ...(one.hasResultSets ? ["'{}'"] : [])];
  const [row = []] = await rowsOf(client, `CALL ${quoteName(one.name)}(${args.join(', ')})`);
  const portals = one.hasResultSets ? portalsOf(row.at(-1) ?? '{}') : [];
  const results: (readonly string[])[] = [];
  for (const portal of portals) {
    const { rows, fields } = await client.query<Cell[]>({ text: `FETCH ALL FROM "${portal}"`, rowMode: 'array' });
    const columns = fields.map(({ name, dataTypeID: type }) => ({
      name,
      isDecimal: type === NUMERIC,
      isTime: TIMES.includes(type),
    }));
    results.push(resultLines({ columns, rows }, one.orders ?? []));
  }
  const out = one.hasResultSets ? row.slice(0, -1) : row;
  return { value: undefined, out: shownOut(out, one), results };
}

/** `{"<unnamed portal 1>",x}`. */
function portalsOf(text: string): readonly string[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((name) => name.replaceAll('"', ''));
}

async function rowsOf(client: Client, sql: string): Promise<Cell[][]> {
  return (await client.query<Cell[]>({ text: sql, rowMode: 'array' })).rows;
}
