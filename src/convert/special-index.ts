import type { CatalogueIndex, CatalogueTable, IndexPart } from '../mysql/catalogue-table.ts';
import { quoteIdent } from '../postgres/quote.ts';
import { parseExpression } from '../sql/parse.ts';
import { placeOf, targetType } from './convert-column.ts';
import type { IndexDesign } from './design.ts';
import { translate } from './expression.ts';
import { type InventoryEntry, leftOut } from './inventory.ts';
import type { ConvertOptions } from './options.ts';
import { objectOf } from './source-objects.ts';

/** What an index is made of on the target. */
export interface IndexShape {
  readonly method: IndexDesign['method'];
  readonly parts: readonly string[];
  /** What the index does not do as the source's does. */
  readonly notes: readonly string[];
}

export function isMultiValued({ expression }: IndexPart): boolean {
  return expression !== null && /\barray\s*\)\s*$/i.test(expression);
}

/** What `x MEMBER OF (path)` becomes finds its rows by the same document, indexed whole. */
export function multiValued(
  index: CatalogueIndex,
  table: CatalogueTable,
  options: ConvertOptions,
): IndexShape | InventoryEntry {
  const object = objectOf(table, 'index', index.name);
  const advice = 'Keep the values in a table of their own, with a unique index there.';
  if (index.isUnique) return leftOut(object, 'PostgreSQL has no unique index over the elements of an array', advice);
  const [part, ...others] = index.parts;
  const text = part?.expression ?? '';
  const tree = parseExpression(text, options.dialect);
  if (others.length > 0 || tree.tag !== 'cast') {
    return leftOut(object, 'an index over elements of an array and other columns has no counterpart', advice);
  }
  const document = text.slice(tree.operand.start, tree.operand.end);
  const sql = translate(document, { ...placeOf(table, options), purpose: 'index', column: null });
  if (!sql.isProven) return leftOut(object, sql.reason, 'Make an index by hand for the queries that need one.');
  const note = `MEMBER OF becomes ${sql.sql} @> to_jsonb(value), which it serves`;
  return { method: 'gin', parts: [`(${sql.sql})`], notes: [note, ...sql.notes] };
}

/** Words without stemming, as MySQL's parser takes them; NULL is no text. */
export function fullText(index: CatalogueIndex, table: CatalogueTable, options: ConvertOptions): IndexShape {
  const columns = index.parts.map((part) => `coalesce(${quotedName(table, part.column ?? '', options)}, '')`);
  const vector = `to_tsvector('simple'::regconfig, ${columns.join(` || ' ' || `)})`;
  const note = `MATCH ... AGAINST becomes ${vector} @@ websearch_to_tsquery('simple', ...)`;
  return { method: 'gin', parts: [`(${vector})`], notes: [note] };
}

export function spatial(
  index: CatalogueIndex,
  table: CatalogueTable,
  options: ConvertOptions,
): IndexShape | InventoryEntry {
  const source = table.columns.find(({ name }) => name === index.parts[0]?.column);
  const type = source === undefined ? 'nothing' : targetType(table, source, options);
  if (source !== undefined && type.startsWith('geometry')) {
    return { method: 'gist', parts: [quotedName(table, source.name, options)], notes: [] };
  }
  const advice = 'Install PostGIS on the target before the tables are made, so that the column becomes a geometry.';
  return leftOut(
    objectOf(table, 'index', index.name),
    `a spatial index needs PostGIS, and the column is ${type}`,
    advice,
  );
}

export function quotedName({ version }: CatalogueTable, column: string, options: ConvertOptions): string {
  return quoteIdent(options.columnOf(version.database, version.table, column));
}
