import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable, type TargetName } from '../../postgres/quote.ts';
import type { Scope } from '../scope.ts';

/** Columns of a view's tables, and of those of views beneath it, that its query names (PostgreSQL's own dependencies). */
const COLUMNS_BENEATH = `
  WITH RECURSIVE used AS (
    SELECT $1::regclass::oid AS refobjid, 0 AS refobjsubid
    UNION
    SELECT d.refobjid, d.refobjsubid FROM used u
    JOIN pg_rewrite r ON r.ev_class = u.refobjid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
    WHERE d.refobjid <> r.ev_class)
  SELECT n.nspname AS schema, c.relname AS table, a.attname AS column FROM used u
  JOIN pg_attribute a ON a.attrelid = u.refobjid AND a.attnum = u.refobjsubid
  JOIN pg_class c ON c.oid = u.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE u.refobjsubid > 0 ORDER BY 1, 2, 3`;

/** Columns of the target that hold no value of the source, by rule. */
export function maskedColumns(tables: readonly CatalogueTable[], scope: Scope): ReadonlySet<string> {
  return new Set(tables.flatMap((table) => maskedOf(table, scope)));
}

function maskedOf({ version: { database, table } }: CatalogueTable, scope: Scope): readonly string[] {
  const target = scope.targetOf(database, table);
  const mask = scope.rulesOf(database, table)?.mask;
  if (target === null || mask === undefined) return [];
  return [...mask.keys()].flatMap((column) => {
    const name = scope.columnOf(database, table, column);
    return name === null ? [] : [keyOf(target.schema, target.table, name)];
  });
}

/** The first masked column by which a view's result is another than the source's; null: it names none. */
export async function maskedBeneath(
  target: PostgresSession,
  view: TargetName,
  masked: ReadonlySet<string>,
): Promise<string | null> {
  if (masked.size === 0) return null;
  const { rows } = await target.query(COLUMNS_BENEATH, [quoteTable(view)]);
  const found = rows.find((row) => masked.has(keyOf(row['schema'], row['table'], row['column'])));
  return found === undefined ? null : `${found['table']}.${found['column']}`;
}

function keyOf(...names: readonly unknown[]): string {
  return JSON.stringify(names);
}
