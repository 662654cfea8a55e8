import type { Expression, OrderItem } from '../sql/expression.ts';
import type { Query, TableReference } from '../sql/query.ts';
import type { Span } from '../sql/span.ts';
import type { Catalogue, KnownTable } from './catalogue.ts';
import type { Program } from './program.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/**
 * The order in which the source evaluates a variable at each row of a query, the primary key behind it; undefined where it
 * does so before it sorts. As measured on MySQL 9 and MariaDB: of one table it sorts first, of a join it does not, nor by
 * what a subquery gives; a derived table that MariaDB merges into the query around is a join too, and loses its order.
 */
export function rowsInOrder(
  program: Program,
  from: readonly TableReference[],
  orderBy: readonly OrderItem[],
  catalogue: Catalogue,
): readonly OrderItem[] | undefined {
  const [only, second] = from;
  if (only === undefined || second !== undefined || nodesOf(orderBy, 'query').length > 0) return undefined;
  if (only.tag === 'derived') return isSorted(program, only.query, orderBy) ? orderBy : undefined;
  if (only.tag !== 'base') return undefined;
  const table = catalogue.table(only.name.parts);
  if (table === undefined) return isTemporary(program, only.name.parts.at(-1)?.text ?? '') ? orderBy : undefined;
  return orderBy.length === 0 ? orderBy : [...orderBy, ...keyOrder(table, only)];
}

function isSorted({ dialect }: Program, { body, limit, orderBy: own }: Query, orderBy: readonly OrderItem[]): boolean {
  const isMade = body.tag === 'select' && (body.groupBy.length > 0 || body.isDistinct);
  if (orderBy.length > 0) return dialect.flavor === 'mysql' || isMade || limit !== undefined;
  return own.length > 0 && (dialect.flavor === 'mysql' || limit !== undefined);
}

/** A table that the program itself makes, whose columns it says. */
function isTemporary({ definition }: Program, name: string): boolean {
  return nodesOf(definition, 'create-table').some(
    ({ definition: made }) => key(made.name.parts.at(-1)?.text ?? '') === key(name),
  );
}

type Base = Extract<TableReference, { tag: 'base' }>;

function keyOrder({ shape }: KnownTable, base: Base): readonly OrderItem[] {
  return keyColumns(shape.key, base, base).map((expression) => ({
    ...{ expression, isDescending: false },
    ...{ start: base.start, end: base.end },
  }));
}

/** The columns of a key by the name that the statement gives the table. */
export function keyColumns(
  names: readonly string[],
  { alias, name }: Base,
  { start, end }: Span,
): readonly Expression[] {
  const qualifier = alias ?? name.parts.at(-1);
  return names.map((text) => {
    const own = { text, isQuoted: true, start, end };
    return { tag: 'column', parts: qualifier === undefined ? [own] : [qualifier, own], start, end };
  });
}
