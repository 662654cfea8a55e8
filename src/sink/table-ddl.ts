import { createHash } from 'node:crypto';
import type { TableVersion } from '../contract/table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import { readTargetTable, type TargetTable } from '../postgres/target-catalogue.ts';
import { type ColumnTypes, checkOf, losslessType } from './column-ddl.ts';

/** A table that the source has just made. */
export interface NewTable {
  readonly name: TargetName;
  readonly version: TableVersion;
  readonly columnTypes: ColumnTypes;
  readonly columnOf: (column: string) => string | null;
  /** The type that a rule casts a source column to; null: none. */
  readonly castOf: (column: string) => string | null;
  /** Of datetimes, where the configuration names it. */
  readonly zone: string | undefined;
  /** A table whose shape it has at the source too: its types, indexes and checks are taken over. */
  readonly model: { readonly target: TargetTable; readonly version: TableVersion } | null;
}

/** Makes a table by its shape alone: columns, NOT NULL, the key, CHECKs of enum and set. */
export async function makeTable(session: PostgresSession, table: NewTable): Promise<void> {
  const { name, version, model, columnOf, castOf } = table;
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(name.schema)}`);
  if (model && JSON.stringify(model.version.columns) === JSON.stringify(version.columns)) {
    await session.query(`CREATE TABLE ${quoteTable(name)} (LIKE ${quoteTable(model.target)} INCLUDING ALL)`);
    return;
  }
  const lines = version.columns.flatMap((column) => {
    const own = columnOf(column.name);
    if (own === null) return [];
    const cast = castOf(column.name);
    const type = cast ?? typeInModel(table, column.name) ?? losslessType(column, table.columnTypes, table.zone);
    const check = cast === null ? checkOf(column, own, table.columnTypes) : null;
    return [`${quoteIdent(own)} ${type}${column.nullable ? '' : ' NOT NULL'}${check ? ` CHECK (${check})` : ''}`];
  });
  const key = version.key.map((index) => columnOf(version.columns[index]?.name ?? ''));
  const hasKey = key.length > 0 && !key.includes(null);
  const keyLine = hasKey ? [`PRIMARY KEY (${key.map((column) => quoteIdent(column ?? '')).join(', ')})`] : [];
  await session.query(`CREATE TABLE ${quoteTable(name)} (${[...lines, ...keyLine].join(', ')})`);
}

function typeInModel({ version, model, columnOf }: NewTable, name: string): string | null {
  const own = version.columns.find((column) => column.name === name);
  const other = model?.version.columns.find((column) => column.name === name);
  if (!model || JSON.stringify(own?.type) !== JSON.stringify(other?.type)) return null;
  return model.target.columns.find((column) => column.name === columnOf(name))?.type ?? null;
}

/** Where a table stands that another one took the name of, until it gets its own new one within the transaction. */
export function parkedName(target: TargetName): TargetName {
  const hash = createHash('sha256').update(target.table).digest('hex').slice(0, 16);
  return { schema: target.schema, table: `sluice_parked_${hash}` };
}

export async function renameTable(session: PostgresSession, from: TargetName, to: TargetName): Promise<void> {
  if (from.schema !== to.schema)
    await session.query(`ALTER TABLE ${quoteTable(from)} SET SCHEMA ${quoteIdent(to.schema)}`);
  const here = { schema: to.schema, table: from.table };
  if (from.table !== to.table) await session.query(`ALTER TABLE ${quoteTable(here)} RENAME TO ${quoteIdent(to.table)}`);
}

/**
 * One table takes the place of another for good: foreign keys to and from the old one are the new one's (not validated
 * again here: its rows are the source's), its indexes take the names of their equals, and the old one goes.
 */
export async function replaceTable(session: PostgresSession, old: TargetName, by: TargetName): Promise<void> {
  const [oldTable, newTable] = [quoteTable(old), quoteTable(by)];
  const keys = await session.query(FOREIGN_KEYS, [oldTable]);
  for (const row of keys.rows) {
    const owner = row['is_own'] === 't' ? newTable : (row['owner'] ?? '');
    await session.query(`ALTER TABLE ${row['owner']} DROP CONSTRAINT ${row['name']}`);
    await session.query(`ALTER TABLE ${owner} ADD CONSTRAINT ${row['name']} ${foreignKeyTo(row, newTable)} NOT VALID`);
  }
  const names = await session.query(INDEX_NAMES, [oldTable, newTable]);
  await session.query(`DROP TABLE ${oldTable}`);
  for (const row of names.rows)
    await session.query(`ALTER INDEX ${quoteIdent(by.schema)}.${row['now']} RENAME TO ${row['wanted']}`);
}

const FOREIGN_KEYS = `SELECT c.conrelid = $1::regclass AS is_own, c.conrelid::regclass::text AS owner,
    quote_ident(c.conname) AS name, pg_get_constraintdef(c.oid) AS text, c.confrelid = $1::regclass AS is_referred,
    c.confrelid::regclass::text AS referred
  FROM pg_constraint c WHERE c.contype = 'f' AND $1::regclass IN (c.conrelid, c.confrelid)`;

/** Indexes of two tables that differ by name alone, each once. */
const INDEX_NAMES = `WITH shape AS (
    SELECT x.indrelid, i.relname, row_number() OVER (PARTITION BY x.indrelid, s.text ORDER BY i.relname) AS n, s.text
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid,
      LATERAL (SELECT x.indisprimary::text || x.indisunique::text
        || regexp_replace(pg_get_indexdef(i.oid), '^CREATE .* USING ', '') AS text) s
    WHERE x.indrelid IN ($1::regclass, $2::regclass))
  SELECT quote_ident(new.relname) AS now, quote_ident(old.relname) AS wanted
  FROM shape old JOIN shape new ON new.text = old.text AND new.n = old.n
  WHERE old.indrelid = $1::regclass AND new.indrelid = $2::regclass AND old.relname <> new.relname`;

/** What a foreign key says, with the new table where the old one was referred to. */
function foreignKeyTo(row: Readonly<Record<string, string | null>>, newTable: string): string {
  const text = (row['text'] ?? '').replace(/ NOT VALID$/, '');
  if (row['is_referred'] !== 't') return text;
  return text.replace(` REFERENCES ${row['referred']}(`, ` REFERENCES ${newTable}(`);
}

/** Drops a table with its rows; nothing where there is none. Fails where another object hangs on it. */
export async function dropTable(session: PostgresSession, target: TargetName): Promise<void> {
  await session.query(`DROP TABLE IF EXISTS ${quoteTable(target)}`);
}

export async function isEmptyTable(session: PostgresSession, target: TargetName): Promise<boolean> {
  if ((await readTargetTable(session, target)) === null) return true;
  const { rows } = await session.query(`SELECT NOT EXISTS (SELECT FROM ${quoteTable(target)}) AS empty`);
  return rows[0]?.['empty'] === 't';
}
