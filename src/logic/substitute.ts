import type { Expression } from '../sql/expression.ts';
import type { Span } from '../sql/span.ts';

/** What stands for an expression; undefined leaves it, and looks below it. */
export type Substitute = (node: Expression) => Expression | undefined;

/** A tree with parts replaced; what is not touched is the same object. */
export function substitute<T extends object>(root: T, replace: Substitute): T {
  if ('tag' in root && 'start' in root) {
    const found = replace(root as unknown as Expression);
    if (found !== undefined) return found as unknown as T;
  }
  if (Array.isArray(root)) return root.map((item: unknown) => substituteValue(item, replace)) as unknown as T;
  const entries = Object.entries(root).map(([name, value]) => [name, substituteValue(value, replace)] as const);
  const isSame = entries.every(([name, value]) => value === root[name as keyof T]);
  return isSame ? root : (Object.fromEntries(entries) as T);
}

function substituteValue(value: unknown, replace: Substitute): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return substitute(value, replace);
  const items = value.map((item) => substituteValue(item, replace));
  return items.every((item, at) => item === value[at]) ? value : items;
}

/** A bare name where an expression stood. */
export function nameNode(text: string, span: Span): Expression {
  const { start, end } = span;
  return { tag: 'column', parts: [{ text, isQuoted: true, start, end }], start, end };
}
