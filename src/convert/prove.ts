import { SluiceError } from '../contract/error.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteTable } from '../postgres/quote.ts';
import { sqlstateOf } from '../postgres/sqlstate.ts';
import { readStandingSchema, type StandingTable } from '../postgres/standing-schema.ts';
import { type ForeignKeyDesign, type SchemaDesign, type TableDesign, tablePieces } from './design.ts';
import { leftOut } from './inventory.ts';
import { orderedColumns, type ProvablePiece, shadowPieces, shadowTable, withoutPieces } from './shadow.ts';

export interface Proof {
  /** The design without what PostgreSQL refuses, which is listed instead. */
  readonly design: SchemaDesign;
  /**
   * Each table, by `schema.table` quoted, as PostgreSQL would print it: its expressions, defaults and indexes in the
   * server's own words, under the names of the design. Foreign keys and triggers are not in it.
   */
  readonly expected: ReadonlyMap<string, StandingTable>;
}

/** Tables made in one transaction: locks on what is made last until its end, and their number is limited. */
const TOGETHER = 25;

/**
 * Asks the target itself about a design: each table is made as a temporary one, in a transaction that is rolled back, so
 * that nothing is left and no right is needed but TEMPORARY on the database. A piece that is refused (an expression that
 * is not immutable, a type without an operator) is left out of the design with PostgreSQL's reason (INV-67).
 */
export async function proveDesign(design: SchemaDesign, session: PostgresSession): Promise<Proof> {
  const proven: TableDesign[] = [];
  const lost = new Map<string, string>();
  const expected = new Map<string, StandingTable>();
  const others = [...design.others];
  for (const tables of batches(design.tables)) {
    for (const shadow of await shadowsOf(tables, session)) {
      const { table } = shadow;
      if ('reason' in shadow) {
        lost.set(quoteTable(table.name), shadow.reason);
        others.push(...tablePieces(table).map(({ entry }) => leftOut(entry, shadow.reason, REFUSED)));
      } else {
        proven.push(withoutPieces(table, shadow.refused));
        others.push(...[...shadow.refused].map(([piece, reason]) => leftOut(piece.entry, reason, REFUSED)));
        expected.set(quoteTable(table.name), shadow.standing);
      }
    }
  }
  const { tables, orphans } = withoutParents(proven, lost);
  return { design: { ...design, tables, others: [...others, ...orphans] }, expected };
}

const REFUSED = 'PostgreSQL refuses it: write it by hand for the target.';

/** Foreign keys to tables that PostgreSQL refused go with them. */
function withoutParents(tables: readonly TableDesign[], lost: ReadonlyMap<string, string>) {
  if (lost.size === 0) return { tables, orphans: [] };
  const isLost = ({ parent }: ForeignKeyDesign) => lost.has(quoteTable(parent));
  return {
    tables: tables.map((table) => ({ ...table, foreignKeys: table.foreignKeys.filter((key) => !isLost(key)) })),
    orphans: tables.flatMap(({ foreignKeys }) =>
      foreignKeys
        .filter(isLost)
        .map(({ entry }) => leftOut(entry, 'the table that it references is left out', REFUSED)),
    ),
  };
}

/** Tables of one schema each, since temporary tables have one schema for all. */
function* batches(tables: readonly TableDesign[]): Generator<readonly TableDesign[]> {
  for (const group of Map.groupBy(tables, ({ name }) => name.schema).values()) {
    for (let at = 0; at < group.length; at += TOGETHER) yield group.slice(at, at + TOGETHER);
  }
}

interface Shadow {
  readonly table: TableDesign;
  readonly standing: StandingTable;
  readonly refused: ReadonlyMap<ProvablePiece, string>;
}

interface Refused {
  readonly table: TableDesign;
  readonly reason: string;
}

async function shadowsOf(
  tables: readonly TableDesign[],
  session: PostgresSession,
): Promise<readonly (Shadow | Refused)[]> {
  try {
    return await together(tables, session);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const shadows: (Shadow | Refused)[] = [];
    for (const table of tables) shadows.push(await alone(table, session));
    return shadows;
  }
}

async function together(tables: readonly TableDesign[], session: PostgresSession): Promise<readonly Shadow[]> {
  return await undone(session, async () => {
    const sql = tables.flatMap((table) => [shadowTable(table), ...shadowPieces(table).map((piece) => piece.sql)]);
    await session.query(sql.join(';\n'));
    const standing = await temporary(session);
    return tables.map((table) => ({ table, standing: standingOf(table, standing), refused: new Map() }));
  });
}

async function alone(table: TableDesign, session: PostgresSession): Promise<Shadow | Refused> {
  try {
    return await oneByOne(table, session);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { table, reason: error.message };
  }
}

async function oneByOne(table: TableDesign, session: PostgresSession): Promise<Shadow> {
  return await undone(session, async () => {
    await session.query(shadowTable(table));
    const refused = new Map<ProvablePiece, string>();
    for (const { piece, sql } of shadowPieces(table)) {
      const reason = await tryOne(sql, session);
      if (reason !== null) refused.set(piece, reason);
    }
    return { table, standing: standingOf(table, await temporary(session)), refused };
  });
}

/** PostgreSQL's reason against a statement; null when it takes it. */
async function tryOne(sql: string, session: PostgresSession): Promise<string | null> {
  await session.query('SAVEPOINT piece');
  try {
    await session.query(sql);
    await session.query('RELEASE SAVEPOINT piece');
    return null;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await session.query('ROLLBACK TO SAVEPOINT piece');
    // A default may name a sequence of the design that is not made yet.
    return sqlstateOf(error) === '42P01' ? null : error.message;
  }
}

async function undone<T>(session: PostgresSession, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  try {
    return await work();
  } finally {
    await session.query('ROLLBACK').catch(() => {});
  }
}

/** The server has understood and refuses; what comes of the link or of its load is no answer. */
function isRefusal(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.disposition !== 'retry' && error.code !== 'TARGET_PRIVILEGE';
}

async function temporary(session: PostgresSession): Promise<readonly StandingTable[]> {
  const { rows } = await session.query('SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()');
  return (await readStandingSchema(session, [rows[0]?.['nspname'] ?? ''])).tables;
}

function standingOf(table: TableDesign, tables: readonly StandingTable[]): StandingTable {
  const found = tables.find(({ name }) => name.table === table.name.table);
  if (found === undefined) throw new Error(`no shadow of ${table.name.table}`);
  return { ...found, name: table.name, columns: orderedColumns(table, found) };
}
