import type { Config } from '../config/config.ts';
import { columnNameOf, targetNameOf } from '../config/target-name.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { CatalogueForeignKey, CatalogueTable } from '../mysql/catalogue-table.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import { arrayText, quoteTable } from '../postgres/quote.ts';

/** Foreign keys and deferrable unique constraints are kept by triggers, which rest in a session of ours (INV-50). */
const RESTING = `
  SELECT n.nspname AS schema, t.relname AS "table", c.conname AS name, pg_get_constraintdef(c.oid) AS definition,
         json_build_array(pn.nspname, p.relname)::text AS parent,
         (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY AS k (num, place)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num)::text AS columns
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  LEFT JOIN pg_class p ON p.oid = c.confrelid LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
  WHERE c.conrelid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name)
    AND (c.contype = 'f' OR c.contype = 'u' AND c.condeferrable) ORDER BY 1, 2, 3`;

/**
 * Constraints of an existing schema that rest while we write and that the source has not: nothing keeps rows from
 * breaking them. Where the source has the same one, it keeps them.
 */
export async function checkResting(
  session: PostgresSession,
  config: Config,
  tables: readonly CatalogueTable[],
): Promise<readonly Finding[]> {
  if (config.target.ddl === 'convert' || !session.isReplica) return [];
  const kept = new Set(tables.flatMap((table) => [...keysOf(config, table), ...uniquesOf(config, table)]));
  const names = tables.map(({ version }) => quoteTable(targetNameOf(config, version.database, version.table)));
  const { rows } = await session.query(RESTING, [arrayText(names)]);
  const isProven = config.target.dropForLoad === 'all';
  return rows.filter((row) => !kept.has(identityOf(row))).map((row) => alone(row, isProven));
}

function identityOf(row: TextRow): string {
  const columns = (JSON.parse(row['columns'] ?? '[]') as string[]).toSorted();
  return JSON.stringify([row['schema'], row['table'], JSON.parse(row['parent'] ?? 'null'), columns]);
}

function keysOf(config: Config, { version, foreignKeys }: CatalogueTable): readonly string[] {
  const { schema, table } = targetNameOf(config, version.database, version.table);
  return foreignKeys.map((key) => {
    const columns = key.columns.map((column) => columnNameOf(config, key.database, key.table, column)).toSorted();
    return JSON.stringify([schema, table, parentOf(config, key), columns]);
  });
}

function parentOf(config: Config, { parentDatabase, parentTable }: CatalogueForeignKey): readonly string[] {
  const { schema, table } = targetNameOf(config, parentDatabase, parentTable);
  return [schema, table];
}

/** A unique constraint has no parent. */
const NONE = [null, null];

function uniquesOf(config: Config, { version, indexes }: CatalogueTable): readonly string[] {
  const { database, table: name } = version;
  const { schema, table } = targetNameOf(config, database, name);
  return indexes
    .filter(
      ({ isUnique, parts }) => isUnique && parts.every(({ column, prefix }) => column !== null && prefix === null),
    )
    .map(({ parts }) => {
      const columns = parts.map(({ column }) => columnNameOf(config, database, name, column ?? '')).toSorted();
      return JSON.stringify([schema, table, NONE, columns]);
    });
}

function alone({ schema, table, name, definition }: TextRow, isProven: boolean): Finding {
  const message = `the source has no constraint like ${name} (${definition}), and it rests while rows are written: rows that break it are not found${isProven ? ' after the load' : ''}`;
  const cure = isProven
    ? '-- add it at the source too'
    : '-- add it at the source too, or target: { dropForLoad: all }, which looks at every row once the load is complete';
  return finding('warning', 'TARGET_CONSTRAINT_ALONE', `${schema}.${table}`, message, cure);
}
