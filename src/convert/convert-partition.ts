import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { PartitionScheme, SourcePartition } from '../mysql/schema-object.ts';
import { quoteIdent, type TargetName } from '../postgres/quote.ts';
import type { ColumnDesign, PartitionDesign, PartitionsDesign } from './design.ts';
import { changed, converted, type InventoryEntry } from './inventory.ts';
import type { NameBook } from './name-book.ts';
import { boundLiteral, boundValues, type PartitionExpression, partitionExpression } from './partition-bound.ts';
import { objectOf } from './source-objects.ts';

export interface PartitionPlace {
  readonly table: CatalogueTable;
  readonly target: TargetName;
  readonly columns: readonly ColumnDesign[];
  readonly names: NameBook;
}

/** The partitions of a table where PostgreSQL divides rows by the same; else an entry that says why it is one table. */
export function convertPartitions(scheme: PartitionScheme, place: PartitionPlace): PartitionsDesign | InventoryEntry {
  const { table, columns } = place;
  const method = scheme.method.replace('LINEAR ', '');
  const shape = shapeOf(scheme, method, place);
  if ('reason' in shape) return oneTable(table, scheme, shape.reason);
  const keys = shape.expression.names.map((name) => columns.find(({ entry }) => entry.name === name));
  const found = keys.filter((column) => column !== undefined);
  if (found.length < keys.length) return oneTable(table, scheme, 'a column that divides the rows is not on the target');
  const values = shape.valuesOf(found);
  if (values === null) return oneTable(table, scheme, `its bounds have no certain form for ${typesOf(found)}`);
  return design(scheme, place, {
    method: method.startsWith('KEY') ? 'HASH' : method.replace(' COLUMNS', ''),
    found,
    values,
  });
}

interface Shape {
  readonly expression: PartitionExpression;
  /** FOR VALUES of each partition; null: not certain. */
  readonly valuesOf: (columns: readonly ColumnDesign[]) => readonly string[] | null;
}

function shapeOf(
  scheme: PartitionScheme,
  method: string,
  { table }: PartitionPlace,
): Shape | { readonly reason: string } {
  if (scheme.isSubdivided) return { reason: 'its partitions are divided again' };
  const all = scheme.parts;
  if (method === 'KEY' || method === 'HASH') {
    const isKey = method === 'KEY' && scheme.expression === '';
    const expression: PartitionExpression | null = isKey
      ? { kind: 'columns', names: table.description.key }
      : partitionExpression(scheme.expression);
    const isPlain = expression?.kind === 'columns' && expression.names.length > 0;
    if (!isPlain) return { reason: `rows are spread by an expression, ${scheme.expression}` };
    return { expression, valuesOf: () => all.map((_, i) => `WITH (MODULUS ${all.length}, REMAINDER ${i})`) };
  }
  const expression = partitionExpression(scheme.expression);
  if (expression === null) return { reason: `rows are divided by an expression, ${scheme.expression}` };
  if (method.startsWith('RANGE')) return { expression, valuesOf: (columns) => ranges(all, expression, columns) };
  if (!method.startsWith('LIST')) return { reason: `PostgreSQL has no partitions by ${scheme.method}` };
  if (expression.names.length > 1) return { reason: 'PostgreSQL has lists of one column alone' };
  if (expression.kind !== 'columns') return { reason: `rows are divided by an expression, ${scheme.expression}` };
  return { expression, valuesOf: (columns) => lists(all, expression, columns) };
}

function ranges(
  parts: readonly SourcePartition[],
  expression: PartitionExpression,
  columns: readonly ColumnDesign[],
): readonly string[] | null {
  let from = columns.map(() => 'MINVALUE').join(', ');
  const values: string[] = [];
  for (const { bound } of parts) {
    const given = boundValues(bound);
    const literals = columns.map((column, i) => boundLiteral(expression, column, given[i] ?? ''));
    if (literals.includes(null) || given.length !== columns.length) return null;
    const to = literals.join(', ');
    values.push(`FROM (${from}) TO (${to})`);
    from = to;
  }
  return values;
}

function lists(
  parts: readonly SourcePartition[],
  expression: PartitionExpression,
  [column]: readonly ColumnDesign[],
): readonly string[] | null {
  const values = parts.map(({ bound }) =>
    boundValues(bound).map((value) =>
      value === 'NULL' ? value : column === undefined ? null : boundLiteral(expression, column, value),
    ),
  );
  return values.flat().includes(null) ? null : values.map((literals) => `IN (${literals.join(', ')})`);
}

interface Divided {
  readonly method: string;
  readonly found: readonly ColumnDesign[];
  readonly values: readonly string[];
}

function design(
  scheme: PartitionScheme,
  { table, target, names }: PartitionPlace,
  { method, found, values }: Divided,
): PartitionsDesign {
  const named = (part: string, rule: string): PartitionDesign => {
    const { name } = names.take(target.schema, `${target.table}_${part}`, `${target.table}\0partition ${part}`);
    return { name, rule };
  };
  const by = `${method} (${found.map(({ name }) => quoteIdent(name)).join(', ')})`;
  const parts = scheme.parts.map(({ name }, i) => named(name, `FOR VALUES ${values[i]}`));
  const isWhole = method === 'RANGE' && /TO \(MAXVALUE(, MAXVALUE)*\)$/.test(values.at(-1) ?? '');
  const hasRest = method !== 'HASH' && !(isWhole && found.every(({ isNotNull }) => isNotNull));
  const all = hasRest ? [...parts, named('default', 'DEFAULT')] : parts;
  const object = objectOf(table, 'partitioning');
  if (method === 'HASH') {
    const reason = 'PostgreSQL spreads rows by a hash of its own, so that a row may be in another partition';
    return { by, parts: all, entry: changed(object, `PARTITION BY ${by}`, reason, null) };
  }
  if (!hasRest) return { by, parts: all, entry: converted(object, `PARTITION BY ${by}`) };
  const reason = `rows outside every partition, which the source refuses (NULL it takes into the first), go to ${all.at(-1)?.name}`;
  const advice = 'Make new partitions on the target when the source gets them; drop that one after the cutover.';
  return { by, parts: all, entry: changed(object, `PARTITION BY ${by}`, reason, advice) };
}

function typesOf(columns: readonly ColumnDesign[]): string {
  return columns.map(({ type }) => type).join(', ');
}

export function oneTable(table: CatalogueTable, scheme: PartitionScheme, why: string): InventoryEntry {
  const by = `${scheme.method} (${scheme.expression}), ${scheme.parts.length} partitions`;
  const advice = 'Partition the table on the target by hand where its size asks for it, before the load.';
  return changed(
    objectOf(table, 'partitioning'),
    'one table',
    `all rows are in one table: ${why}; the source has ${by}`,
    advice,
  );
}
