import { SluiceError } from '../../contract/error.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { arrayText, quoteIdent, quoteTable, type TargetName } from '../../postgres/quote.ts';
import { scopedTables } from '../schema/target-schema.ts';
import { type Scope, scopeOf } from '../scope.ts';
import type { Remains, RemovalSite } from './remains.ts';
import { onSource } from './source.ts';
import { onTarget } from './target.ts';

/** What the pipeline has made on the target for the application, by what its own tables tell. */
const LOADED = `SELECT DISTINCT schema_name AS schema, table_name AS name FROM sluice.table_load WHERE pipeline = $1 ORDER BY 1, 2`;
/** By the names of the source. */
const WRITTEN = `SELECT DISTINCT database AS schema, "table" AS name FROM sluice.table_version WHERE pipeline = $1 ORDER BY 1, 2`;
const MADE = `SELECT DISTINCT schema, "table" AS name FROM sluice.schema_step WHERE pipeline = $1 AND kind = $2 AND state = 'made' ORDER BY 1, 2`;
const ROUTINES = `SELECT DISTINCT n.nspname AS schema, p.proname AS name FROM pg_trigger t
  JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE t.tgname LIKE 'sluice\\_on\\_update\\_%' AND t.tgrelid = ANY ($1::regclass[]) ORDER BY 1, 2`;

interface Data {
  readonly tables: readonly TargetName[];
  readonly views: readonly TargetName[];
  readonly sequences: readonly TargetName[];
  readonly routines: readonly TargetName[];
}

/** Only where it was asked for by name. */
export const DATA_REMAINS: Remains = {
  end: 'target',
  name: 'data',
  what: 'the tables of the target with all their rows, and the views over them that this pipeline made',
  find: (site) =>
    onTarget(site, async (session) => {
      const { tables, views } = await readData(session, site);
      if (site.config.target.ddl === 'existing') return (await filled(session, tables)).map(quoteTable);
      return [...views, ...tables].map(quoteTable);
    }),
  statements: ({ config }, found) =>
    config.target.ddl === 'existing'
      ? [`TRUNCATE ${(found ?? ['TABLE, ...']).join(', ')}`]
      : (found ?? ['TABLE']).map((name) => `DROP TABLE ${name} /* or DROP VIEW */`),
  remove: (site) =>
    onTarget(site, async (session) => {
      const data = await readData(session, site);
      await session.query('BEGIN');
      for (const statement of removals(data, site)) await session.query(statement);
      await session.query('COMMIT');
    }),
};

/** Those with a row: of the application's own tables only the rows go. */
async function filled(session: PostgresSession, tables: readonly TargetName[]): Promise<readonly TargetName[]> {
  const found: TargetName[] = [];
  for (const table of tables) {
    const { rows } = await session.query(`SELECT EXISTS (SELECT FROM ${quoteTable(table)}) AS filled`);
    if (rows[0]?.['filled'] === 't') found.push(table);
  }
  return found;
}

/** Of a schema that the application's migrations made nothing is dropped: its tables are emptied. */
function removals({ tables, views, sequences, routines }: Data, { config }: RemovalSite): readonly string[] {
  const list = (names: readonly TargetName[]) => names.map(quoteTable).join(', ');
  if (tables.length === 0) return [];
  if (config.target.ddl === 'existing') return [`TRUNCATE ${list(tables)}`];
  return [
    ...(views.length === 0 ? [] : [`DROP VIEW ${list(views)}`]),
    `DROP TABLE ${list(tables)}`,
    ...routines.map((routine) => `DROP FUNCTION ${quoteTable(routine)}()`),
    ...sequences.map((sequence) => `DROP SEQUENCE IF EXISTS ${quoteTable(sequence)}`),
  ];
}

async function readData(session: PostgresSession, site: RemovalSite): Promise<Data> {
  const { pipeline } = site.config;
  const loaded = await named(session, 'table_load', LOADED, [pipeline]);
  const written = await named(session, 'table_version', WRITTEN, [pipeline]);
  const scope = scopeOf(site.config);
  const mapped = written.flatMap(({ schema, table }) => scope.targetOf(schema, table) ?? []);
  const tables = await standing(session, [...loaded, ...mapped, ...(await tablesInScope(site, scope))], 'rp');
  const made = (kind: string) => named(session, 'schema_step', MADE, [pipeline, kind]);
  const { rows } = await session.query(ROUTINES, [arrayText(tables.map(quoteTable))]);
  return {
    tables,
    views: await standing(session, await made('view'), 'v'),
    sequences: await standing(session, await made('sequence'), 'S'),
    routines: rows.map((row) => ({ schema: row['schema'] ?? '', table: row['name'] ?? '' })),
  };
}

/** Those without a row too; of a source that is lost only what has come is known. */
async function tablesInScope(site: RemovalSite, scope: Scope): Promise<readonly TargetName[]> {
  try {
    return await onSource(site, async (source) => {
      const tables = await scopedTables(source, scope);
      return tables.flatMap(({ version }) => scope.targetOf(version.database, version.table) ?? []);
    });
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return [];
  }
}

async function named(
  session: PostgresSession,
  table: string,
  sql: string,
  values: readonly string[],
): Promise<readonly TargetName[]> {
  const made = await session.query('SELECT to_regclass($1) IS NOT NULL AS made', [`sluice.${quoteIdent(table)}`]);
  if (made.rows[0]?.['made'] !== 't') return [];
  const { rows } = await session.query(sql, values);
  return rows.map((row) => ({ schema: row['schema'] ?? '', table: row['name'] ?? '' }));
}

/** Those of them that are there and of one of these kinds (`pg_class.relkind`). */
async function standing(
  session: PostgresSession,
  names: readonly TargetName[],
  kinds: string,
): Promise<readonly TargetName[]> {
  const { rows } = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = ANY (SELECT to_regclass(x) FROM unnest($1::text[]) x) AND strpos($2, c.relkind::text) > 0`,
    [arrayText(names.map(quoteTable)), kinds],
  );
  return rows.map((row) => ({ schema: row['schema'] ?? '', table: row['name'] ?? '' }));
}
