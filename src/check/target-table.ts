import type { Config } from '../config/config.ts';
import { castTypeOf, globPattern, isIncluded, rulesOf } from '../config/table-filter.ts';
import { columnNameOf, schemasOf, targetNameOf, targetSchemaOf } from '../config/target-name.ts';
import { type Finding, finding } from '../contract/finding.ts';
import { ruledTable } from '../convert/ruled-table.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { actingCure, actingText } from '../postgres/acting.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { arrayText, quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import { readTargetTable, type TargetTable } from '../postgres/target-catalogue.ts';
import { checkCaseIndexes } from './case-unique.ts';
import { skewOf } from './skew.ts';
import { nameOf } from './source-table.ts';
import { checkResting } from './target-constraint.ts';
import { checkInUse } from './target-in-use.ts';

export interface TargetSubject {
  readonly config: Config;
  readonly tables: readonly CatalogueTable[];
  readonly isBegun: boolean;
}

/** Tables that stand on the target already: ours from an earlier run, the application's own, or in the way. */
export async function checkTargetTables(
  session: PostgresSession,
  { config, tables, isBegun }: TargetSubject,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  /** Of rows that are not ours. */
  const others: Finding[] = [];
  if (!isBegun) {
    found.push(...(await checkExtraTables(session, { config, tables })));
    found.push(...(await checkOwner(session, { config, tables })));
    found.push(...(await checkResting(session, config, tables)));
    found.push(...(await checkCaseIndexes(session, config, tables)));
  }
  for (const table of tables) {
    const name = targetNameOf(config, table.version.database, table.version.table);
    const target = await readTargetTable(session, name);
    if (target === null) found.push(...checkMissing(config, table, name));
    else {
      found.push(...checkFit(config, table, target), ...checkCasts(config, table, target));
      if (!isBegun && config.target.dropForLoad !== 'all') found.push(...checkActing(target));
      if (!isBegun && (await hasRows(session, name))) others.push(notEmpty(config, name));
    }
  }
  const used = others.length === 0 ? [] : await checkInUse(session, config);
  return [...used, ...found, ...others];
}

/** True once the pipeline has written: what stands in its tables then is its own. */
export async function hasCheckpoint(session: PostgresSession, pipeline: string): Promise<boolean> {
  const made = await session.query(
    `SELECT to_regclass('sluice.checkpoint') IS NOT NULL AND has_table_privilege('sluice.checkpoint', 'SELECT') AS made`,
  );
  if (made.rows[0]?.['made'] !== 't') return false;
  return (
    (await session.query('SELECT 1 FROM sluice.checkpoint WHERE pipeline = $1 LIMIT 1', [pipeline])).rows.length > 0
  );
}

async function hasRows(session: PostgresSession, name: TargetName): Promise<boolean> {
  const { rows } = await session.query(`SELECT has_table_privilege($1, 'SELECT') AS may`, [quoteTable(name)]);
  if (rows[0]?.['may'] !== 't') return false;
  return (await session.query(`SELECT 1 FROM ${quoteTable(name)} LIMIT 1`)).rows.length > 0;
}

function notEmpty({ target }: Pick<Config, 'target'>, name: TargetName): Finding {
  if (isEmptiedFirst({ target }, name.table)) {
    const message = 'the table holds rows, which are deleted before the load: target.emptyFirst names it';
    return finding('information', 'TARGET_TABLE_EMPTIED', fullName(name), message);
  }
  const message = 'the table holds rows that this pipeline did not write; they would be mixed with those of the source';
  const cure =
    target.ddl === 'existing'
      ? `target: { emptyFirst: [${JSON.stringify(name.table)}] } # deletes them before the load; or tables: { exclude: [...] }`
      : `TRUNCATE ${quoteTable(name)} CASCADE -- never where the application writes there already; or another target.schema; where the schema sluice was lost: sluice run --resync`;
  return finding('blocker', 'TARGET_TABLE_NOT_EMPTY', fullName(name), message, cure);
}

function checkMissing(config: Config, table: CatalogueTable, name: TargetName): readonly Finding[] {
  if (config.target.ddl === 'convert') return [];
  const message = `target.ddl is existing, and the target has no table for ${nameOf(table)}`;
  const cure = `-- run the application's migrations on the target, or tables: { exclude: [${JSON.stringify(table.version.table)}] }`;
  return [finding('blocker', 'TARGET_TABLE_MISSING', `${name.schema}.${name.table}`, message, cure)];
}

function checkFit(config: Config, raw: CatalogueTable, target: TargetTable): readonly Finding[] {
  const { database, table: name } = raw.version;
  const table = ruledTable(raw, (...of) => rulesOf(config, ...of));
  const leftOut = new Set(raw.columns.filter((column) => !table.columns.includes(column)).map((column) => column.name));
  const isExisting = config.target.ddl === 'existing';
  const skew = skewOf({
    table,
    target,
    columnOf: (column) => columnNameOf(config, database, name, column),
    mayHave: (column) => !isExisting || leftOut.has(column) || isNamed(config.target.extra, target.table, column),
  });
  const object = `${target.schema}.${target.table}`;
  return skew.map(({ column, message, cure }) =>
    finding('blocker', 'TARGET_TABLE_MISFIT', column === null ? object : `${object}.${column}`, message, cure),
  );
}

/** A table that stands decides the types; a rule that says otherwise would silently do nothing. */
function checkCasts(config: Config, { version, columns }: CatalogueTable, target: TargetTable): readonly Finding[] {
  const { database, table } = version;
  return columns.flatMap(({ name: column }) => {
    const cast = castTypeOf(config.tables, database, table, column);
    if (cast === null) return [];
    const found = target.columns.find(({ name }) => name === columnNameOf(config, database, table, column));
    if (found === undefined || found.type === cast) return [];
    const object = `${target.schema}.${target.table}.${column}`;
    const message = `a rule casts the column to ${cast}, and on the target it is ${found.type}`;
    const cure = `ALTER TABLE ${quoteTable(target)} ALTER COLUMN ${quoteIdent(found.name)} TYPE ${cast}`;
    return [finding('blocker', 'TARGET_TABLE_MISFIT', object, message, cure)];
  });
}

export function isEmptiedFirst({ target }: Pick<Config, 'target'>, table: string): boolean {
  return isNamed(target.emptyFirst, table);
}

/** INV-50: the sink refuses to write where a foreign key or a trigger would act on it. */
function checkActing(target: TargetTable): readonly Finding[] {
  if (target.acting.length === 0) return [];
  const message = `${target.acting.map(actingText).join('; ')}; or with what acts dropped until the cutover: target: { ddl: existing, dropForLoad: all }`;
  const cures = new Set(target.acting.map((one) => actingCure(target, one)));
  return [finding('blocker', 'TARGET_TABLE_ACTING', fullName(target), message, ...cures)];
}

const OWNERS = `
  SELECT n.nspname AS schema, c.relname AS "table", c.relowner::regrole::text AS owner, current_user::regrole::text AS me,
         has_schema_privilege(n.oid, 'CREATE') AS may_create
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name)
    AND NOT (pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE')) ORDER BY 1, 2`;

/** Only the owner drops and makes indexes and constraints. */
async function checkOwner(
  session: PostgresSession,
  { config, tables }: Pick<TargetSubject, 'config' | 'tables'>,
): Promise<readonly Finding[]> {
  if (config.target.dropForLoad === 'nothing') return [];
  const names = tables.map(({ version }) => quoteTable(targetNameOf(config, version.database, version.table)));
  const { rows } = await session.query(OWNERS, [arrayText(names)]);
  return rows.map((row) => {
    const { schema, table, owner, me } = row;
    const message = `target.dropForLoad drops and makes indexes and constraints, and ${me} is neither owner (${owner}) nor may it create in the schema`;
    const create = `GRANT CREATE ON SCHEMA ${quoteIdent(schema ?? '')} TO ${me}`;
    const cures = [
      `GRANT ${owner} TO ${me} -- or target: { dropForLoad: nothing }`,
      ...(row['may_create'] === 't' ? [] : [create]),
    ];
    return finding('blocker', 'TARGET_PRIVILEGE', `${schema}.${table}`, message, ...cures);
  });
}

function isNamed(globs: readonly string[], ...name: readonly string[]): boolean {
  return globs.some((glob) => globPattern(glob).test(name.join('.')));
}

const TABLES = `
  SELECT n.nspname AS schema, c.relname AS "table" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1, 2`;

/** Tables of an existing schema that the source has not: a newer version of the application, or another's. */
async function checkExtraTables(
  session: PostgresSession,
  { config, tables }: Pick<TargetSubject, 'config' | 'tables'>,
): Promise<readonly Finding[]> {
  // Without a table of the source, it was not reached, and everything would seem to be too many.
  if (config.target.ddl === 'convert' || tables.length === 0) return [];
  const moved = new Set(tables.map(({ version }) => fullName(targetNameOf(config, version.database, version.table))));
  const { rows } = await session.query(TABLES, [arrayText(schemasOf(config))]);
  const standing = rows.map((row): TargetName => ({ schema: row['schema'] ?? '', table: row['table'] ?? '' }));
  return standing
    .filter((name) => !moved.has(fullName(name)) && !isNamed(config.target.extra, name.table))
    .filter(({ schema, table }) => isIncluded(config.tables, databaseOf(config, schema), table))
    .map((name) => extraTable(name));
}

/** The source database whose tables go to this schema. */
function databaseOf(config: Config, schema: string): string {
  return config.source.databases.find((database) => targetSchemaOf(config, database) === schema) ?? schema;
}

function extraTable({ schema, table }: TargetName): Finding {
  const message = 'missing at the source: source nothing, target a table';
  const cure = `-- migrate the source to the target's version, or target: { extra: [${JSON.stringify(table)}] }`;
  return finding('blocker', 'TARGET_TABLE_EXTRA', `${schema}.${table}`, message, cure);
}

function fullName({ schema, table }: TargetName): string {
  return `${schema}.${table}`;
}
