import { STRICT_POLICY } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import type { Config } from '../config/config.ts';
import { ruleOf } from '../config/table-filter.ts';
import { targetNameOf } from '../config/target-name.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { targetIdentifier } from '../postgres/identifier.ts';
import { quoteTable, type TargetName } from '../postgres/quote.ts';
import { readTargetTable, type TargetColumn, type TargetTable } from '../postgres/target-catalogue.ts';
import { type Finding, finding } from './finding.ts';
import { nameOf } from './source-table.ts';

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
  for (const table of tables) {
    const name = targetNameOf(config, table.version.database, table.version.table);
    const target = await readTargetTable(session, name);
    if (target === null) found.push(...checkMissing(config, table, name));
    else {
      found.push(...checkFit(table, target, excludedOf(config, table)));
      if (!isBegun && (await hasRows(session, name))) found.push(notEmpty(name));
    }
  }
  return found;
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

function notEmpty(name: TargetName): Finding {
  const message = 'the table holds rows that this pipeline did not write; they would be mixed with those of the source';
  return finding(
    'blocker',
    'TARGET_TABLE_NOT_EMPTY',
    `${name.schema}.${name.table}`,
    message,
    `TRUNCATE ${quoteTable(name)} CASCADE -- or give target.schema another name`,
  );
}

function checkMissing(config: Config, table: CatalogueTable, name: TargetName): readonly Finding[] {
  if (config.target.ddl === 'convert') return [];
  const message = `target.ddl is existing, and the target has no table for ${nameOf(table)}`;
  const cure = `-- run the application's migrations on the target, or tables: { exclude: [${JSON.stringify(table.version.table)}] }`;
  return [finding('blocker', 'TARGET_TABLE_MISSING', `${name.schema}.${name.table}`, message, cure)];
}

/** Columns that a rule leaves out. */
function excludedOf({ tables }: Config, { version }: CatalogueTable): readonly string[] {
  return ruleOf(tables, version.database, version.table)?.exclude ?? [];
}

function checkFit(table: CatalogueTable, target: TargetTable, excluded: readonly string[]): readonly Finding[] {
  const moved = table.columns.filter(({ name }) => !excluded.includes(name));
  const byName = new Map(target.columns.map((column) => [column.name, column]));
  const sourceNames = new Set(moved.map(({ name }) => targetIdentifier(name)));
  const object = `${target.schema}.${target.table}`;
  const extra = target.columns
    .filter((column) => !sourceNames.has(column.name) && isObligatory(column))
    .map((column) => {
      const message = 'the column is NOT NULL without a default, and the source has no such column';
      return misfit(
        object,
        column.name,
        message,
        `ALTER TABLE ${quoteTable(target)} ALTER COLUMN "${column.name}" DROP NOT NULL`,
      );
    });
  return [...moved.flatMap((column) => checkColumn(column, byName, target)), ...extra];
}

function isObligatory({ isNotNull, hasDefault, isGenerated, identity }: TargetColumn): boolean {
  return isNotNull && !hasDefault && !isGenerated && identity === null;
}

function checkColumn(
  column: CatalogueColumn,
  byName: ReadonlyMap<string, TargetColumn>,
  target: TargetTable,
): readonly Finding[] {
  const object = `${target.schema}.${target.table}`;
  const found = byName.get(targetIdentifier(column.name));
  if (found === undefined) {
    if (column.isGenerated) return [];
    const cure = `ALTER TABLE ${quoteTable(target)} ADD COLUMN "${targetIdentifier(column.name)}" ... -- or drop the table, so that it is made anew`;
    return [misfit(object, column.name, 'the source has this column and the target table has not', cure)];
  }
  if (found.isGenerated || fits(column, found.type)) return [];
  const cure = `ALTER TABLE ${quoteTable(target)} ALTER COLUMN "${found.name}" TYPE ... -- or drop the table, so that it is made anew`;
  return [misfit(object, column.name, `${column.columnType} does not go into ${found.type}`, cure)];
}

function fits(column: CatalogueColumn, targetType: string): boolean {
  try {
    return codecOf(column.type).copy(targetType, STRICT_POLICY) !== null;
  } catch {
    // A type without a codec is a finding of the source already.
    return true;
  }
}

function misfit(object: string, column: string, message: string, cure: string): Finding {
  return finding('blocker', 'TARGET_TABLE_MISFIT', `${object}.${column}`, message, cure);
}
