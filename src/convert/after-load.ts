import type { CatalogueForeignKey, CatalogueIndex, CatalogueTable } from '../mysql/catalogue-table.ts';
import { targetIdentifier } from '../postgres/identifier.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import type { ConvertOptions, LeftOut } from './options.ts';

/** What is made once the load is complete: each statement can be run again and finds its work done. */
export interface AfterLoad {
  /** May run beside the sink; outside a transaction (CREATE INDEX CONCURRENTLY). */
  readonly indexes: readonly NamedStatement[];
  /** After the indexes: referenced columns need theirs. */
  readonly foreignKeys: readonly NamedStatement[];
  readonly leftOut: readonly LeftOut[];
}

export interface NamedStatement {
  readonly target: TargetName;
  /** Name that the index or constraint should have, unquoted. */
  readonly name: string;
  /** The statement that makes it under this name, unquoted too. */
  readonly statement: (name: string) => string;
}

/** Secondary indexes and foreign keys of one table. */
export function afterLoad(table: CatalogueTable, target: TargetName, options: ConvertOptions): AfterLoad {
  const secondary = table.indexes.filter((index) => !index.isPrimary && !isKey(table, index));
  const usable = secondary.filter((index) => reasonAgainst(index) === null);
  const leftOut = secondary.flatMap((index) => {
    const reason = reasonAgainst(index);
    return reason ? [{ object: `index ${index.name} on ${table.version.table}`, reason }] : [];
  });
  const inside = table.foreignKeys.filter((key) => options.targetOf(key.parentDatabase, key.parentTable) !== null);
  const outside = table.foreignKeys.filter((key) => !inside.includes(key));
  return {
    indexes: usable.map((index) => createIndex({ table, index }, target, options)),
    foreignKeys: inside.map((key) => foreignKey(key, target, options)),
    leftOut: [...leftOut, ...outside.map((key) => outsideKey(key)), ...otherObjects(table)],
  };
}

/** The unique key that serves as primary key on the target. */
function isKey({ description }: CatalogueTable, index: CatalogueIndex): boolean {
  const columns = index.parts.map((part) => part.column);
  return index.isUnique && JSON.stringify(columns) === JSON.stringify(description.key);
}

function reasonAgainst(index: CatalogueIndex): string | null {
  if (index.type === 'FULLTEXT' || index.type === 'SPATIAL') return `${index.type} indexes are not converted yet`;
  if (index.parts.some((part) => part.expression !== null)) return 'its expression is not converted yet';
  if (index.parts.some((part) => part.prefix !== null)) return 'an index on a prefix is not converted yet';
  return null;
}

interface IndexOf {
  readonly table: CatalogueTable;
  readonly index: CatalogueIndex;
}

function createIndex({ table, index }: IndexOf, target: TargetName, options: ConvertOptions): NamedStatement {
  const { database, table: source } = table.version;
  const name = targetIdentifier(`${target.table}_${index.name}`);
  const columns = index.parts.map(
    (part) => `${quoteIdent(options.columnOf(database, source, part.column ?? ''))}${part.isDescending ? ' DESC' : ''}`,
  );
  const unique = index.isUnique ? 'UNIQUE ' : '';
  const list = columns.join(', ');
  return {
    target,
    name,
    statement: (given) =>
      `CREATE ${unique}INDEX CONCURRENTLY IF NOT EXISTS ${quoteIdent(given)} ON ${quoteTable(target)} (${list})`,
  };
}

function foreignKey(key: CatalogueForeignKey, target: TargetName, options: ConvertOptions): NamedStatement {
  const parent = options.targetOf(key.parentDatabase, key.parentTable) ?? target;
  const name = targetIdentifier(key.name);
  const list = (database: string, table: string, columns: readonly string[]) =>
    columns.map((column) => quoteIdent(options.columnOf(database, table, column))).join(', ');
  const own = list(key.database, key.table, key.columns);
  const referenced = list(key.parentDatabase, key.parentTable, key.parentColumns);
  return {
    target,
    name,
    statement: (given) =>
      `ALTER TABLE ${quoteTable(target)} ADD CONSTRAINT ${quoteIdent(given)} FOREIGN KEY (${own}) ` +
      `REFERENCES ${quoteTable(parent)} (${referenced}) ` +
      `ON DELETE ${key.onDelete} ON UPDATE ${key.onUpdate} NOT VALID`,
  };
}

function outsideKey(key: CatalogueForeignKey): LeftOut {
  return {
    object: `foreign key ${key.name} on ${key.table}`,
    reason: `it references ${key.parentDatabase}.${key.parentTable}, which is not part of the pipeline`,
  };
}

function otherObjects(table: CatalogueTable): LeftOut[] {
  const of = (object: string) => `${object} of ${table.version.table}`;
  const some = (count: number, object: string): LeftOut[] =>
    count === 0 ? [] : [{ object: of(`${count} ${object}`), reason: 'not converted yet' }];
  return [
    ...some(table.columns.filter((column) => column.default !== null).length, 'column defaults'),
    ...some(table.columns.filter((column) => column.generated !== null).length, 'generated columns (kept as values)'),
    ...some(table.checks.length, 'checks'),
    ...some(table.triggers, 'triggers'),
  ];
}
