import type { Expression } from '../sql/expression.ts';
import type { Query } from '../sql/query.ts';
import { nodesOf } from './walk.ts';

/** Aggregates without GROUP BY and HAVING, and a SELECT without tables, give one row always. */
export function isOneRow({ body, limit }: Query): boolean {
  if (body.tag !== 'select' || limit !== undefined || body.having !== undefined || body.groupBy.length > 0)
    return false;
  if (body.from.length === 0) return body.where === undefined;
  return body.items.some((item) => item.tag === 'item' && isAggregate(item.expression));
}

function isAggregate(node: Expression): boolean {
  const inQueries = new Set(
    [...nodesOf(node, 'subquery'), ...nodesOf(node, 'exists')].flatMap((query) => nodesOf(query, 'aggregate')),
  );
  return nodesOf(node, 'aggregate').some((one) => one.over === undefined && !inQueries.has(one));
}
