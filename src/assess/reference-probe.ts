import type { CatalogueColumn, CatalogueForeignKey, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { tableKey } from '../mysql/table-key.ts';
import { inRow, type Probe, type Subject } from './probe.ts';

/** Rows that refer to nothing: by foreign keys that exist, and by those that names suggest. */
export function referenceProbes(subject: Subject): readonly Probe[] {
  const seen = new Set(subject.columns.map(({ name }) => name));
  const keys = subject.table.foreignKeys.filter(({ columns }) => columns.every((column) => seen.has(column)));
  return [...keys.flatMap((key) => keyProbes(key, subject)), ...guesses(subject)];
}

interface Link {
  readonly columns: readonly string[];
  readonly parent: CatalogueTable;
  readonly parentColumns: readonly string[];
}

function keyProbes(key: CatalogueForeignKey, { all, table }: Subject): readonly Probe[] {
  const wanted = tableKey(key.parentDatabase, key.parentTable);
  const parent = all.find(({ version }) => tableKey(version.database, version.table) === wanted);
  if (parent === undefined) return [];
  const link = { columns: key.columns, parent, parentColumns: key.parentColumns };
  const reference = referenceText(link, table);
  const orphan: Probe = { rule: 'orphan', columns: key.columns, condition: missing(link), reference };
  const texts = key.columns.filter(
    (name) => table.columns.find((column) => column.name === name)?.type.kind === 'text',
  );
  if (texts.length === 0) return [orphan];
  return [
    orphan,
    { rule: 'reference-spelling', columns: key.columns, condition: isSpelledOtherwise(link, texts), reference },
  ];
}

/** `customer_id` in a table that has no foreign key over it, where a table `customer` has a key of one like column. */
function guesses({ table, columns, all }: Subject): readonly Probe[] {
  const bound = new Set(table.foreignKeys.flatMap((key) => key.columns));
  return columns.flatMap((column) => {
    const stem = /^(.+?)_?id$/i.exec(column.name)?.[1]?.replace(/_$/, '').toLowerCase();
    const isOwnKey = table.version.key.length === 1 && table.columns[table.version.key[0] ?? -1] === column;
    if (stem === undefined || bound.has(column.name) || isOwnKey) return [];
    const link = guessedLink(
      column,
      stem,
      all.filter(({ version }) => version.database === table.version.database),
    );
    if (link === null) return [];
    return [
      { rule: 'orphan-guess', columns: [column.name], condition: missing(link), reference: referenceText(link, table) },
    ];
  });
}

function guessedLink(column: CatalogueColumn, stem: string, tables: readonly CatalogueTable[]): Link | null {
  const parent = tables.find(({ version: { table } }) => namesOf(table).includes(stem));
  const key = parent?.columns[parent.version.key[0] ?? -1];
  if (parent === undefined || key === undefined || parent.version.key.length !== 1) return null;
  if (key.type.kind !== column.type.kind || (key.type.kind === 'text' && key.collation !== column.collation))
    return null;
  return { columns: [column.name], parent, parentColumns: [key.name] };
}

/** `tbl_customers` is looked for as itself, without a prefix, and in the singular. */
function namesOf(table: string): readonly string[] {
  const whole = table.toLowerCase();
  const bare = whole.replace(/^(?:tbl|t|app)_/, '');
  return [whole, bare].flatMap((name) => [
    name,
    name.replace(/s$/, ''),
    name.replace(/ies$/, 'y'),
    name.replace(/es$/, ''),
  ]);
}

function missing(link: Link): string {
  return `${isSet(link)} AND NOT ${exists(link)}`;
}

/** A key with a NULL in it refers to nothing, on both servers. */
function isSet({ columns }: Link): string {
  return columns.map((name) => `${inRow({ name })} IS NOT NULL`).join(' AND ');
}

function exists(link: Link): string {
  return `EXISTS (SELECT 1 FROM ${parentRow(link)})`;
}

function parentRow({ columns, parent, parentColumns }: Link): string {
  const pairs = columns.map((name, at) => `p.${quoteIdentifier(parentColumns[at] ?? '')} = ${inRow({ name })}`);
  return `${quoteTable(parent.version)} p WHERE ${pairs.join(' AND ')}`;
}

/**
 * The parent's bytes are another text than the row's; NULL where there is no parent. The bytes are selected, not
 * compared, inside: MariaDB takes `p.code = t.code` for leave to put one for the other, in a comparison of bytes too.
 */
function isSpelledOtherwise(link: Link, texts: readonly string[]): string {
  const differs = texts.map((name) => {
    const there = `p.${quoteIdentifier(link.parentColumns[link.columns.indexOf(name)] ?? '')}`;
    return `(SELECT CAST(${there} AS BINARY) FROM ${parentRow(link)} LIMIT 1) <> CAST(${inRow({ name })} AS BINARY)`;
  });
  return `(${differs.join(' OR ')})`;
}

function referenceText({ parent, parentColumns }: Link, { version }: CatalogueTable): string {
  const { database, table } = parent.version;
  const name = database === version.database ? table : `${database}.${table}`;
  return `${name} (${parentColumns.join(', ')})`;
}
