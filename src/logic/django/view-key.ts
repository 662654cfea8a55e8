import type { Expression, Name } from '../../sql/expression.ts';
import type { Select, SelectItem, TableReference } from '../../sql/query.ts';
import type { Catalogue } from '../catalogue.ts';
import { basesOf } from '../item-type.ts';
import type { View } from '../program.ts';
import { lastName } from '../program-name.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';

/** Number of the column whose values tell the rows of a view apart; undefined where none is known to. */
export function keyOfView({ query }: View, catalogue: Catalogue): number | undefined {
  if (query.tag === 'opaque' || query.body.tag !== 'select') return undefined;
  const { body } = query;
  if (body.items.some(({ tag }) => tag === 'star')) return undefined;
  const [grouped, ...more] = body.groupBy.map(({ expression }) => expression);
  if (grouped !== undefined) return more.length > 0 || body.isRollup ? undefined : placeOf(body, grouped);
  if (nodesOf(body.items, 'call').some(({ upper }) => /^(?:COUNT|SUM|AVG|MIN|MAX|GROUP_CONCAT)$/.test(upper))) return 0;
  return rowKey(body, catalogue);
}

function placeOf({ items }: Select, wanted: Expression): number | undefined {
  const found = items.findIndex((item) => item.tag === 'item' && isSame(item, wanted));
  return found < 0 ? undefined : found;
}

function isSame({ expression, alias }: Extract<SelectItem, { tag: 'item' }>, wanted: Expression): boolean {
  if (wanted.tag !== 'column') return false;
  if (expression.tag === 'column') return pathOf(expression.parts) === pathOf(wanted.parts);
  return wanted.parts.length === 1 && key(alias?.text ?? '') === key(wanted.parts[0]?.text ?? '');
}

function pathOf(parts: readonly Name[]): string {
  return parts
    .slice(-2)
    .map(({ text }) => key(text))
    .join('.');
}

/** The primary key of a table to each row of which the others join at most one. */
function rowKey(select: Select, catalogue: Catalogue): number | undefined {
  if (nodesOf(select.from, 'derived').length > 0) return undefined;
  const bases = basesOf(select.from).map(({ name, alias }) => {
    const known = catalogue.table(name.parts)?.shape.key ?? [];
    return { name: key(alias?.text ?? lastName(name.parts)), only: known.length === 1 ? known[0] : undefined };
  });
  const tests = equalities(select);
  for (const { name, only } of bases) {
    if (only === undefined) continue;
    const others = bases.filter((other) => other.name !== name);
    const isOne = others.every((other) => other.only !== undefined && tests.has(`${other.name}.${key(other.only)}`));
    if (!isOne || isOptional(select.from, name)) continue;
    const isKey = (item: SelectItem): boolean => {
      if (item.tag !== 'item' || item.expression.tag !== 'column') return false;
      const path = pathOf(item.expression.parts);
      return path === `${name}.${key(only)}` || (bases.length === 1 && path === key(only));
    };
    const place = select.items.findIndex(isKey);
    if (place >= 0) return place;
  }
  return undefined;
}

/** Columns that joins and the condition make equal to something. */
function equalities({ from, where }: Select): ReadonlySet<string> {
  const conditions = [...nodesOf(from, 'join').flatMap(({ on }) => on ?? []), ...(where === undefined ? [] : [where])];
  return new Set(
    conditions.flatMap(conjuncts).flatMap((node) => {
      if (node.tag !== 'comparison' || node.operator !== '=') return [];
      return [node.left, node.right].flatMap((side) => (side.tag === 'column' ? [pathOf(side.parts)] : []));
    }),
  );
}

function conjuncts(node: Expression): readonly Expression[] {
  return node.tag === 'logical' && node.operator === 'and' ? node.operands.flatMap(conjuncts) : [node];
}

/** Whether an outer join may leave the table without a row, so that its key would be NULL. */
function isOptional(from: readonly TableReference[], name: string): boolean {
  return nodesOf(from, 'join').some(({ kind, left, right }) => {
    const side = kind === 'left' ? right : kind === 'right' ? left : undefined;
    if (side === undefined) return false;
    return basesOf([side]).some((base) => key(base.alias?.text ?? lastName(base.name.parts)) === name);
  });
}
