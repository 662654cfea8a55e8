import type { Expression } from './expression.ts';
import type { Select, TableReference } from './query.ts';
import { findColumn, type Source } from './query-scope.ts';

/** A column of one of the sources of a FROM: the source's place and the column's name in small letters. */
export function columnId(sources: readonly Source[], part: Expression): string | undefined {
  const found = part.tag === 'column' ? findColumn(sources, part.parts) : undefined;
  return found && idOf(sources.indexOf(found.source), found.column.name);
}

function idOf(source: number, column: string): string {
  return `${source}.${column.toLowerCase()}`;
}

/**
 * Every column that has one value in a group, given those that are grouped by: a whole key settles the columns of its
 * table, and an inner join or WHERE that sets two columns equal settles one by the other. MySQL reasons so too
 * (ONLY_FULL_GROUP_BY); PostgreSQL by keys of its own tables alone. An outer join proves nothing here.
 */
export function settledColumns(node: Select, sources: readonly Source[], grouped: Iterable<string>): Set<string> {
  const settled = new Set(grouped);
  const pairs = [...conditionsOf(node)].flatMap((condition) => equalPair(condition, sources));
  for (let before = -1; before !== settled.size; ) {
    before = settled.size;
    addKeyed(sources, settled);
    for (const [a, b] of pairs) {
      if (settled.has(a)) settled.add(b);
      else if (settled.has(b)) settled.add(a);
    }
  }
  return settled;
}

function addKeyed(sources: readonly Source[], settled: Set<string>): void {
  sources.forEach(({ key, columns }, at) => {
    if (key.length === 0 || !key.every((name) => settled.has(idOf(at, name)))) return;
    for (const { name } of columns) settled.add(idOf(at, name));
  });
}

/** What holds of every row: the parts of WHERE and of the conditions of inner joins. */
function* conditionsOf(node: Select): Generator<Expression> {
  if (node.where !== undefined) yield* conjuncts(node.where);
  for (const table of node.from) yield* joinConditions(table);
}

function* joinConditions(table: TableReference): Generator<Expression> {
  if (table.tag === 'list') for (const one of table.tables) yield* joinConditions(one);
  if (table.tag !== 'join') return;
  yield* joinConditions(table.left);
  yield* joinConditions(table.right);
  const isOuter = table.kind === 'left' || table.kind === 'right';
  if (table.on !== undefined && !isOuter) yield* conjuncts(table.on);
}

function* conjuncts(condition: Expression): Generator<Expression> {
  if (condition.tag !== 'logical' || condition.operator !== 'and') yield condition;
  else for (const part of condition.operands) yield* conjuncts(part);
}

/** Equal texts may be spelled in several ways, equal numbers and times of one kind may not. */
const EXACT = new Set(['integer', 'decimal', 'date', 'datetime', 'instant']);

function equalPair(condition: Expression, sources: readonly Source[]): (readonly [string, string])[] {
  if (condition.tag !== 'comparison' || condition.operator !== '=') return [];
  const { left, right } = condition;
  const [a, b] = [columnId(sources, left), columnId(sources, right)];
  const [kind, other] = [left, right].map((part) =>
    part.tag === 'column' ? findColumn(sources, part.parts)?.column.type.kind : undefined,
  );
  const isExact = kind !== undefined && kind === other && EXACT.has(kind);
  return a !== undefined && b !== undefined && isExact ? [[a, b]] : [];
}
