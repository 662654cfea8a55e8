import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import { arrayText, quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import { commentOn, type DroppedObject, type SessionRole } from './dropped-object.ts';

/** A table that will be loaded, with the columns by which the sink finds its rows. */
export interface LoadedTable {
  readonly name: TargetName;
  readonly key: readonly string[];
}

/**
 * Tables whose objects can be made again one by one: plain ones. Objects of partitioned tables and of those that inherit
 * are tied to those of others, so they stay.
 */
const TABLES = `
  SELECT t.oid, n.nspname AS schema, t.relname AS "table" FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE t.oid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name) AND t.relkind = 'r' AND NOT t.relispartition
    AND NOT EXISTS (SELECT 1 FROM pg_inherits h WHERE t.oid IN (h.inhrelid, h.inhparent))`;

/** What belongs to an extension, or goes with one, is not ours to drop. */
const notOfExtension = (catalogue: string, oid: string): string =>
  `NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = '${catalogue}'::regclass AND e.objid = ${oid} AND e.deptype IN ('e', 'x'))`;

/** Neither the primary key nor the replica identity; no index that a table outside of the load refers to. */
const INDEXES = `
  WITH loaded AS (${TABLES})
  SELECT l.schema, l."table", i.relname AS name, pg_get_indexdef(i.oid) AS definition, s.spcname AS tablespace,
         pg_get_constraintdef(c.oid) AS constraint, obj_description(c.oid, 'pg_constraint') AS constraint_comment,
         obj_description(i.oid, 'pg_class') AS comment, x.indisclustered AS clustered,
         x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL AND x.indimmediate AS is_key,
         (SELECT json_agg(a.attname) FROM unnest(x.indkey) WITH ORDINALITY AS k (num, place)
          JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num WHERE k.place <= x.indnkeyatts)::text AS columns,
         (SELECT json_agg(json_build_array(a.attnum, a.attstattarget)) FROM pg_attribute a
          WHERE a.attrelid = i.oid AND a.attstattarget >= 0)::text AS statistics
  FROM pg_index x JOIN loaded l ON l.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
  LEFT JOIN pg_constraint c ON c.conindid = i.oid AND c.conrelid = x.indrelid AND c.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_tablespace s ON s.oid = i.reltablespace
  WHERE x.indisvalid AND x.indisready AND NOT x.indisprimary AND NOT x.indisreplident AND NOT x.indisexclusion
    AND (c.oid IS NULL OR c.contype = 'u') AND ${notOfExtension('pg_class', 'i.oid')}
    AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.oid
                    AND f.conrelid NOT IN (SELECT oid FROM loaded))
  ORDER BY 1, 2, 3`;

/** `refers`: the foreign key needs a unique index other than a primary key. Keys that were switched off stay. */
const CONSTRAINTS = `
  WITH loaded AS (${TABLES})
  SELECT l.schema, l."table", c.conname AS name, c.contype AS type, pg_get_constraintdef(c.oid) AS definition,
         obj_description(c.oid, 'pg_constraint') AS comment,
         EXISTS (SELECT 1 FROM pg_index x WHERE x.indexrelid = c.conindid AND NOT x.indisprimary) AS refers
  FROM pg_constraint c JOIN loaded l ON l.oid = c.conrelid
  WHERE c.contype IN ('c', 'f') AND c.conparentid = 0 AND ${notOfExtension('pg_constraint', 'c.oid')}
    AND NOT EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgconstraint = c.oid AND g.tgenabled <> 'O')
  ORDER BY 1, 2, 3`;

const TRIGGERS = `
  WITH loaded AS (${TABLES})
  SELECT l.schema, l."table", g.tgname AS name, pg_get_triggerdef(g.oid) AS definition, g.tgenabled AS enabled,
         obj_description(g.oid, 'pg_trigger') AS comment
  FROM pg_trigger g JOIN loaded l ON l.oid = g.tgrelid
  WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND ${notOfExtension('pg_trigger', 'g.oid')} ORDER BY 1, 2, 3`;

/** `indexes`: indexes, unique constraints and the foreign keys that need them. `all`: and every constraint and trigger. */
export type DropChoice = 'indexes' | 'all';

/** What may be dropped of these tables, in the order to do it. Inside a transaction of the caller's. */
export async function readObjects(
  session: PostgresSession,
  tables: readonly LoadedTable[],
  choice: DropChoice,
): Promise<readonly DroppedObject[]> {
  // Names are printed whole when nothing is found without its schema.
  await session.query('SET LOCAL search_path = pg_catalog');
  const names = [arrayText(tables.map(({ name }) => quoteTable(name)))];
  const rowsOf = async (sql: string): Promise<readonly TextRow[]> => (await session.query(sql, names)).rows;
  const keys = new Map(tables.map(({ name, key }) => [quoteTable(name), key]));
  const indexes = (await rowsOf(INDEXES)).filter((row) => !isKey(row, keys)).map(indexOf);
  const constraints = (await rowsOf(CONSTRAINTS)).filter((row) => choice === 'all' || row['refers'] === 't');
  const triggers = choice === 'all' ? await rowsOf(TRIGGERS) : [];
  const of = (type: string): readonly TextRow[] => constraints.filter((row) => row['type'] === type);
  return [
    ...triggers.map(triggerOf),
    ...of('f').map((row) => constraintOf(row, 'foreign-key')),
    ...(choice === 'all' ? of('c').map((row) => constraintOf(row, 'check')) : []),
    ...indexes.filter(({ kind }) => kind === 'unique'),
    ...indexes.filter(({ kind }) => kind === 'index'),
  ];
}

function tableOf(row: TextRow): TargetName {
  return { schema: row['schema'] ?? '', table: row['table'] ?? '' };
}

/** The sink looks for rows by it from the first transaction on. */
function isKey(row: TextRow, keys: ReadonlyMap<string, readonly string[]>): boolean {
  const columns = JSON.parse(row['columns'] ?? '[]') as string[];
  const key = keys.get(quoteTable(tableOf(row))) ?? [];
  return row['is_key'] === 't' && columns.length === key.length && key.every((column) => columns.includes(column));
}

function indexOf(row: TextRow): DroppedObject {
  const table = tableOf(row);
  const name = row['name'] ?? '';
  const index = quoteTable({ schema: table.schema, table: name });
  const statistics = JSON.parse(row['statistics'] ?? '[]') as [number, number][];
  const constraint = row['constraint'] ?? null;
  const definition = row['definition'] ?? '';
  return {
    kind: constraint === null ? 'index' : 'unique',
    table,
    name,
    definition: constraint ?? definition,
    index: constraint === null ? null : definition,
    tablespace: row['tablespace'] ?? null,
    afterwards: [
      ...commentOn(`INDEX ${index}`, row['comment'] ?? null),
      ...commentOn(`CONSTRAINT ${quoteIdent(name)} ON ${quoteTable(table)}`, row['constraint_comment'] ?? null),
      ...statistics.map(([column, rows]) => `ALTER INDEX ${index} ALTER COLUMN ${column} SET STATISTICS ${rows}`),
      ...(row['clustered'] === 't' ? [`ALTER TABLE ${quoteTable(table)} CLUSTER ON ${quoteIdent(name)}`] : []),
    ],
    actsIn: [],
  };
}

function constraintOf(row: TextRow, kind: 'check' | 'foreign-key'): DroppedObject {
  const table = tableOf(row);
  const name = row['name'] ?? '';
  return {
    kind,
    table,
    name,
    definition: row['definition'] ?? '',
    index: null,
    tablespace: null,
    afterwards: commentOn(`CONSTRAINT ${quoteIdent(name)} ON ${quoteTable(table)}`, row['comment'] ?? null),
    actsIn: kind === 'foreign-key' ? ['origin'] : [],
  };
}

/** When a trigger fires: pg_trigger.tgenabled as ALTER TABLE says it; `O` is how it is made. */
const FIRING: Readonly<Record<string, string>> = { D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' };

const ACTS_IN: Readonly<Record<string, readonly SessionRole[]>> = {
  O: ['origin'],
  D: [],
  R: ['replica'],
  A: ['origin', 'replica'],
};

function triggerOf(row: TextRow): DroppedObject {
  const table = tableOf(row);
  const name = row['name'] ?? '';
  const enabled = row['enabled'] ?? 'O';
  const firing = FIRING[enabled];
  return {
    kind: 'trigger',
    table,
    name,
    definition: row['definition'] ?? '',
    index: null,
    tablespace: null,
    afterwards: [
      ...(firing === undefined ? [] : [`ALTER TABLE ${quoteTable(table)} ${firing} TRIGGER ${quoteIdent(name)}`]),
      ...commentOn(`TRIGGER ${quoteIdent(name)} ON ${quoteTable(table)}`, row['comment'] ?? null),
    ],
    actsIn: ACTS_IN[enabled] ?? [],
  };
}
