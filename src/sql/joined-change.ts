import { toCondition } from './coerce.ts';
import type { Context } from './context.ts';
import type { Expression } from './expression.ts';
import { operand } from './fragment.ts';
import { FromPrinter } from './print/from.ts';
import { inner } from './print/query.ts';
import type { SelectItem, TableReference } from './query.ts';
import { findColumn, isSame, type Source, scopeOf } from './query-scope.ts';
import type { Span } from './span.ts';

/** A table of an UPDATE or DELETE that stands beside others. */
export interface Leaf {
  readonly sql: string;
  readonly source: Source;
  readonly node: TableReference;
}

/** Tables without order between them, and what their joins ask. */
export interface Flat {
  readonly leaves: readonly Leaf[];
  readonly conditions: readonly Expression[];
}

/** Inner joins as a list, which is how UPDATE ... FROM and DELETE ... USING have them; undefined for any other join. */
export function flatten(tables: readonly TableReference[], context: Context): Flat | undefined {
  const leaves: Leaf[] = [];
  const conditions: Expression[] = [];
  const open = [...tables];
  for (let node = open.shift(); node !== undefined; node = open.shift()) {
    if (node.tag === 'list') open.unshift(...node.tables);
    else if (node.tag === 'join') {
      if (node.kind === 'left' || node.kind === 'right' || node.isNatural || node.using.length > 0) return undefined;
      if (node.kind === 'straight') context.report('HINT', node, 'STRAIGHT_JOIN orders the tables');
      if (node.on !== undefined) conditions.push(node.on);
      open.unshift(node.left, node.right);
    } else {
      if (node.tag !== 'base' && (node.tag !== 'derived' || node.isLateral)) return undefined;
      const printed = new FromPrinter(context, inner).table(node, []);
      const [source] = printed.sources;
      if (source === undefined) return undefined;
      leaves.push({ sql: printed.sql, source, node });
    }
  }
  return { leaves, conditions };
}

/** All conditions as one; '' without any. */
export function printWhere(conditions: readonly (Expression | undefined)[], context: Context): string {
  const parts = conditions.flatMap((one) =>
    one === undefined ? [] : [toCondition(context.fragment(one), context, one)],
  );
  const [only] = parts;
  if (only === undefined) return '';
  return ` WHERE ${parts.length === 1 ? only.sql : parts.map(operand).join(' AND ')}`;
}

/** The scope in which all tables of the statement are known. */
export function joinedContext(sources: readonly Source[], context: Context): Context {
  return context.within(scopeOf(sources, context.scope));
}

/** Tells when a row of the target may match several rows of the other tables. */
export function reportMatches(
  flat: Flat,
  target: Leaf,
  where: Expression | undefined,
  place: {
    readonly context: Context;
    readonly span: Span;
  },
): void {
  const { context, span } = place;
  const sources = flat.leaves.map(({ source }) => source);
  const fixed = fixedColumns([...flat.conditions, ...(where === undefined ? [] : [where])], sources);
  const isSingle = flat.leaves.every((leaf) => {
    if (leaf === target) return true;
    const at = sources.indexOf(leaf.source);
    return keysOf(leaf, context).some(
      (key) => key.length > 0 && key.every((name) => fixed.has(`${at}.${name.toLowerCase()}`)),
    );
  });
  if (!isSingle) context.report('SEVERAL_MATCHES', span, 'a row may match several rows of the other tables');
}

function keysOf({ node, source }: Leaf, { scope }: Context): readonly (readonly string[])[] {
  if (node.tag === 'base') return [source.key, ...(scope.table(node.name.parts)?.uniques ?? [])];
  if (node.tag !== 'derived' || node.query.body.tag !== 'select') return [];
  const { groupBy, items, from } = node.query.body;
  const [base] = from;
  if (groupBy.length === 0 && base?.tag === 'base' && from.length === 1) {
    const key = (scope.table(base.name.parts)?.key ?? []).map((name) => givenName(items, name.toLowerCase()));
    return key.length > 0 && key.every((name) => name !== undefined) ? [key] : [];
  }
  const names = groupBy.map(({ expression }) => givenName(items, nameOf(expression)));
  return names.length > 0 && names.every((name) => name !== undefined) ? [names] : [];
}

/** What a derived table calls a column of a table of it. */
function givenName(items: readonly SelectItem[], name: string | undefined): string | undefined {
  const found = items.find((item) => item.tag === 'item' && nameOf(item.expression) === name);
  return found?.tag === 'item' ? (found.alias?.text ?? nameOf(found.expression)) : undefined;
}

function nameOf(expression: Expression): string | undefined {
  return expression.tag === 'column' ? expression.parts.at(-1)?.text.toLowerCase() : undefined;
}

/** Columns that a condition holds equal to something of another table, or to a value. */
function fixedColumns(conditions: readonly Expression[], sources: readonly Source[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...conditions];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one.tag === 'logical' && one.operator === 'and') open.push(...one.operands);
    if (one.tag !== 'comparison' || one.operator !== '=') continue;
    const sides = [one.left, one.right].map((side) =>
      side.tag === 'column' ? findColumn(sources, side.parts) : undefined,
    );
    const [left, right] = sides;
    if (left !== undefined && right !== undefined && left.source === right.source) continue;
    for (const side of sides) {
      if (side !== undefined) found.add(`${sources.indexOf(side.source)}.${side.column.name.toLowerCase()}`);
    }
  }
  return found;
}

/** The table that a statement means by a name or an alias. */
export function sourceNamed(sources: readonly Source[], name: string | undefined): Source | undefined {
  return sources.find((source) => isSame(source.name, name));
}
