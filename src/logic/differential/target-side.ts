import { Client } from 'pg';
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
import { targetErrorClass } from './error-class.ts';
import { type ResetNumbers, targetReset } from './reset-number.ts';

/** No value is decoded: its text is compared; a boolean is the source's 1 or 0. */
export const AS_TEXT = {
  getTypeParser: (oid: number) => (value: string) => (oid === 16 ? String(Number(value === 't')) : value),
};

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

/** The side over a session that stands; it is ended with the side. */
export function targetSide(client: Client, options: SideOptions): Side {
  let reset: ResetNumbers | undefined;
  return {
    execute: async (statement) => void (await client.query(statement)),
    run: async (one, tables) => {
      const outcome = await run(client, one, { tables, ...options });
      if (options.isKept) return outcome;
      reset ??= await targetReset(client);
      await reset(changedTables(outcome));
      return outcome;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** A result set is a cursor, which lives in a transaction. */
function isHeld(one: Case): boolean {
  return !(one.tag === 'procedure' && one.commits === true && !one.hasResultSets);
}

async function run(
  client: Client,
  one: Case,
  { tables, isKept }: SideOptions & { readonly tables: readonly string[] },
): Promise<Outcome> {
  const before = await rowsOfTables(client, tables);
  const changes = async (): Promise<TableRows> => changesOf(before, await rowsOfTables(client, tables));
  if (isHeld(one)) await client.query('BEGIN');
  try {
    const told = await call(client, one);
    if (isHeld(one) && isKept) await client.query('COMMIT');
    const outcome = { ...told, error: undefined, tables: await changes() };
    if (isHeld(one) && !isKept) await client.query('ROLLBACK');
    return outcome;
  } catch (error) {
    await client.query('ROLLBACK');
    return { ...NOTHING, error: targetErrorClass(error), tables: await changes() };
  }
}

async function call(client: Client, one: Case): Promise<Told> {
  if (one.tag === 'statements') {
    for (const statement of one.statements) await client.query(statement);
    return NOTHING;
  }
  if (one.tag === 'function') {
    const rows = await rowsOf(client, `SELECT ${one.name}(${one.args.join(', ')})`);
    return { ...NOTHING, value: cellText(rows[0]?.[0]) };
  }
  const args = [...one.args, ...(one.hasResultSets ? ["'{}'"] : [])];
  const [row = []] = await rowsOf(client, `CALL ${one.name}(${args.join(', ')})`);
  const portals = one.hasResultSets ? portalsOf(row.at(-1) ?? '{}') : [];
  const results: (readonly string[])[] = [];
  for (const portal of portals) results.push(rowLines(await rowsOf(client, `FETCH ALL FROM "${portal}"`)));
  return { value: undefined, out: (one.hasResultSets ? row.slice(0, -1) : row).map(cellText), results };
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

async function rowsOfTables(client: Client, tables: readonly string[]): Promise<TableRows> {
  const found: Record<string, readonly string[]> = {};
  for (const table of tables) found[table] = rowLines(await rowsOf(client, `SELECT * FROM ${table}`));
  return found;
}
