import type { CatalogueIndex, CatalogueTable, IndexPart } from '../mysql/catalogue-table.ts';
import type { TargetName } from '../postgres/quote.ts';
import { isReferenced, lowered, toldApart } from './case-choice.ts';
import { NUL_IN_COMMENT, withoutNul } from './comment-text.ts';
import { placeOf, targetType } from './convert-column.ts';
import type { IndexDesign } from './design.ts';
import { translate } from './expression.ts';
import { changed, converted, type InventoryEntry, leftOut } from './inventory.ts';
import type { NameBook } from './name-book.ts';
import type { ConvertOptions } from './options.ts';
import { objectOf } from './source-objects.ts';
import { fullText, type IndexShape, isMultiValued, multiValued, quotedName, spatial } from './special-index.ts';

export interface ConvertedIndexes {
  readonly indexes: readonly IndexDesign[];
  readonly others: readonly InventoryEntry[];
}

/** Secondary indexes of one table, and those over small letters that a rule asks for beside its key. */
export function convertIndexes(
  table: CatalogueTable,
  target: TargetName,
  names: NameBook,
  options: ConvertOptions,
): ConvertedIndexes {
  const indexes: IndexDesign[] = [];
  const others: InventoryEntry[] = [];
  const secondary = table.indexes.filter((index) => !index.isPrimary && index.name !== table.keyIndex);
  for (const index of secondary) {
    const shape = twinOf(index, table) ?? shapeOf(index, table, options);
    if ('outcome' in shape) others.push(shape);
    else indexes.push(...bothCases(index, shape, { table, target, names, options }));
  }
  const key = table.indexes.find(({ name }) => name === table.keyIndex);
  if (key !== undefined) indexes.push(...besideKey(key, { table, target, names, options }));
  return { indexes, others };
}

/** An earlier index over the same columns in the same order does all that this one does. */
function twinOf(index: CatalogueIndex, table: CatalogueTable): InventoryEntry | null {
  const same = (one: CatalogueIndex) =>
    JSON.stringify(one.parts) === JSON.stringify(index.parts) &&
    (one.type === 'FULLTEXT') === (index.type === 'FULLTEXT');
  const does = (one: CatalogueIndex) =>
    (one.isUnique || one.isPrimary) && !index.isUnique ? true : one.isUnique === index.isUnique && isBefore(one, index);
  const twin = table.indexes.find((one) => one !== index && same(one) && does(one));
  if (twin === undefined) return null;
  const reason = `it is the same as index ${twin.name}, which serves both on the target`;
  return changed(objectOf(table, 'index', index.name), `index ${twin.name}`, reason, null);
}

function isBefore(one: CatalogueIndex, other: CatalogueIndex): boolean {
  return one.isPrimary || (!other.isPrimary && one.name < other.name);
}

function shapeOf(index: CatalogueIndex, table: CatalogueTable, options: ConvertOptions): IndexShape | InventoryEntry {
  const object = objectOf(table, 'index', index.name);
  if (index.type === 'FULLTEXT') return fullText(index, table, options);
  if (index.type === 'SPATIAL') return spatial(index, table, options);
  if (index.parts.some(isMultiValued)) return multiValued(index, table, options);
  const parts: string[] = [];
  const said: string[] = [];
  for (const part of index.parts) {
    const sql = partOf(part, table, options);
    if ('reason' in sql) {
      return leftOut(object, sql.reason, 'Make an index by hand for the queries that need one.');
    }
    parts.push(`${sql.sql}${part.isDescending ? ' DESC' : ''}`);
    said.push(...(sql.notes ?? []));
  }
  const notes = index.isVisible ? [] : ['the planner of the source ignores it; PostgreSQL has no invisible indexes'];
  return { method: 'btree', parts, notes: [...notes, ...said] };
}

function partOf(
  part: IndexPart,
  table: CatalogueTable,
  options: ConvertOptions,
): { readonly sql: string; readonly notes?: readonly string[] } | { readonly reason: string } {
  if (part.expression !== null) {
    const translated = translate(part.expression, { ...placeOf(table, options), purpose: 'index', column: null });
    return translated.isProven
      ? { sql: `(${translated.sql})`, notes: translated.notes }
      : { reason: translated.reason };
  }
  const source = table.columns.find(({ name }) => name === part.column);
  if (source === undefined) return { reason: `column ${part.column} is not on the target` };
  const column = quotedName(table, source.name, options);
  if (part.prefix === null) return { sql: column };
  const type = targetType(table, source, options);
  if (type === 'citext') return { sql: `("left"(${column}::text, ${part.prefix})::citext)` };
  if (type === 'bytea') return { sql: `substring(${column} FROM 1 FOR ${part.prefix})` };
  if (/^(text|character varying)/.test(type)) return { sql: `"left"(${asText(column, type)}, ${part.prefix})` };
  return { reason: `PostgreSQL cannot index the beginning of a ${type}` };
}

function asText(column: string, type: string): string {
  return type === 'text' ? column : `${column}::text`;
}

interface Naming {
  readonly table: CatalogueTable;
  readonly target: TargetName;
  readonly names: NameBook;
  readonly options: ConvertOptions;
}

/** Under the rule `lower` a unique index is over small letters; the plain one stays where a foreign key needs it. */
function bothCases(index: CatalogueIndex, shape: IndexShape, naming: Naming): readonly IndexDesign[] {
  const { table, options } = naming;
  const folded = lowered(index, shape.parts, table, options);
  if (folded === null) return [named(index, shape, naming)];
  if (!isReferenced(index, table)) return [named(index, { ...shape, parts: folded }, naming)];
  const plain = named(index, shape, naming);
  return [plain, beside(plain.entry, `${plain.name}_lower`, folded, naming)];
}

function besideKey(index: CatalogueIndex, naming: Naming): readonly IndexDesign[] {
  const { table, target, options } = naming;
  const parts = index.parts.map(({ column }) => quotedName(table, column ?? '', options));
  const folded = lowered(index, parts, table, options);
  if (folded === null) return [];
  const entry = converted(objectOf(table, index.isPrimary ? 'primary-key' : 'index', index.name), 'lower');
  return [beside(entry, `${target.table}_pkey_lower`, folded, naming)];
}

function beside(entry: InventoryEntry, wanted: string, parts: readonly string[], naming: Naming): IndexDesign {
  const { name } = naming.names.take(naming.target.schema, wanted, `${naming.target.table}\0lower`);
  return { entry, name, isUnique: true, method: 'btree', parts, comment: '', isBeside: true };
}

function named(index: CatalogueIndex, shape: IndexShape, { table, target, names, options }: Naming): IndexDesign {
  const isPrefixed = index.name.startsWith(`${target.table}_`);
  const wanted = isPrefixed ? index.name : `${target.table}_${index.name}`;
  const given = names.take(target.schema, wanted, `${target.table}\0${index.name}`);
  const apart = index.isUnique ? toldApart(index.parts, table, options) : [];
  const comment = withoutNul(index.comment);
  const cut = comment === index.comment ? [] : [NUL_IN_COMMENT];
  const notes = [
    ...shape.notes,
    ...apart,
    ...cut,
    ...(given.isRenamed ? [`the name ${wanted} is taken in the schema`] : []),
  ];
  const object = objectOf(table, 'index', index.name);
  const entry =
    notes.length === 0 ? converted(object, given.name) : changed(object, given.name, notes.join('; '), null);
  const { method, parts } = shape;
  return { entry, name: given.name, isUnique: index.isUnique, method, parts, comment };
}
