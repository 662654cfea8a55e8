import type { CatalogueForeignKey, CatalogueTable } from '../mysql/catalogue-table.ts';
import { tableKey } from '../mysql/table-key.ts';
import { targetIdentifier } from '../postgres/identifier.ts';
import type { TargetName } from '../postgres/quote.ts';
import type { ForeignKeyDesign } from './design.ts';
import { changed, converted, excluded, type InventoryEntry, leftOut } from './inventory.ts';
import { apart } from './name-book.ts';
import type { ConvertOptions } from './options.ts';
import { objectOf } from './source-objects.ts';

/** Tables of the source by `tableKey`, as far as they take part. */
export type TablesByKey = ReadonlyMap<string, CatalogueTable>;

export interface ConvertedKeys {
  readonly keys: readonly ForeignKeyDesign[];
  readonly others: readonly InventoryEntry[];
}

/** Foreign keys of one table; constraint names are free in each table of the target. */
export function convertForeignKeys(
  table: CatalogueTable,
  taken: ReadonlySet<string>,
  tables: TablesByKey,
  options: ConvertOptions,
): ConvertedKeys {
  const used = new Set(taken);
  const keys: ForeignKeyDesign[] = [];
  const others: InventoryEntry[] = [];
  for (const key of table.foreignKeys) {
    const problem = problemOf(key, table, tables, options);
    if (problem !== null) {
      others.push(problem);
      continue;
    }
    const plain = targetIdentifier(key.name);
    const name = used.has(plain) ? apart(plain, 'foreign key') : plain;
    used.add(name);
    keys.push(designOf(key, table, name, options));
  }
  return { keys, others };
}

function designOf(
  key: CatalogueForeignKey,
  table: CatalogueTable,
  name: string,
  options: ConvertOptions,
): ForeignKeyDesign {
  const own = (column: string) => options.columnOf(key.database, key.table, column);
  const theirs = (column: string) => options.columnOf(key.parentDatabase, key.parentTable, column);
  const parent = options.targetOf(key.parentDatabase, key.parentTable) as TargetName;
  const object = objectOf(table, 'foreign-key', key.name);
  return {
    entry: name === key.name ? converted(object, name) : changed(object, name, `the name becomes ${name}`, null),
    name,
    columns: key.columns.map(own),
    parent,
    parentColumns: key.parentColumns.map(theirs),
    onDelete: key.onDelete,
    onUpdate: key.onUpdate,
  };
}

function problemOf(
  key: CatalogueForeignKey,
  table: CatalogueTable,
  tables: TablesByKey,
  options: ConvertOptions,
): InventoryEntry | null {
  const object = objectOf(table, 'foreign-key', key.name);
  const parentName = `${key.parentDatabase}.${key.parentTable}`;
  const parent = tables.get(tableKey(key.parentDatabase, key.parentTable));
  if (options.targetOf(key.parentDatabase, key.parentTable) === null) {
    return excluded(object, `it references ${parentName}, which is not part of the pipeline`);
  }
  if (parent === undefined) {
    const advice = 'Drop it at the source, or make the table that it means.';
    return leftOut(object, `it references ${parentName}, which is not there`, advice);
  }
  if (!isUniqueThere(key, parent)) {
    const columns = key.parentColumns.join(', ');
    const advice = `Make (${columns}) unique in ${parentName}, or reference its key.`;
    return leftOut(
      object,
      `PostgreSQL references unique columns only, and (${columns}) of ${parentName} are not`,
      advice,
    );
  }
  const apart = key.columns.find((column, i) => {
    const theirs = options.caseOf(key.parentDatabase, key.parentTable, key.parentColumns[i] ?? '');
    return (options.caseOf(key.database, key.table, column) === 'citext') !== (theirs === 'citext');
  });
  if (apart !== undefined) {
    const reason = `its column ${apart} and the one that it refers to are not both citext`;
    return leftOut(object, reason, 'Give both sides the rule case: citext.');
  }
  const generated = table.columns.find((column) => column.isGenerated && key.columns.includes(column.name));
  if (generated !== undefined) {
    const advice = 'Check the reference by a trigger, or reference from a plain column.';
    return leftOut(object, `its column ${generated.name} is generated`, advice);
  }
  return null;
}

function isUniqueThere(key: CatalogueForeignKey, parent: CatalogueTable): boolean {
  const wanted = [...key.parentColumns].sort().join('\0');
  return parent.indexes.some((index) => {
    const isPlain = index.isUnique && index.parts.every((part) => part.column !== null && part.prefix === null);
    return isPlain && [...index.parts.map((part) => part.column)].sort().join('\0') === wanted;
  });
}
