import type { View } from '../mysql/schema-object.ts';
import { tableKey } from '../mysql/table-key.ts';

/** Tables and views, by `tableKey`, that a view's text names; a text in quotes may name one too many, never one too few. */
export function namedIn({ definition }: View): ReadonlySet<string> {
  const named = definition.matchAll(/`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`/g);
  return new Set([...named].map(([, database = '', name = '']) => tableKey(unquoted(database), unquoted(name))));
}

function unquoted(name: string): string {
  return name.replaceAll('``', '`');
}

/** Views after those that they stand on; in a circle, which no server takes, in their own order. */
export function inOrder(views: readonly View[]): readonly View[] {
  const byKey = new Map(views.map((view) => [tableKey(view.database, view.name), view]));
  const ordered = new Set<View>();
  const begun = new Set<View>();
  const visit = (view: View): void => {
    if (begun.has(view)) return;
    begun.add(view);
    for (const key of namedIn(view)) {
      const below = byKey.get(key);
      if (below !== undefined) visit(below);
    }
    ordered.add(view);
  };
  for (const view of views) visit(view);
  return [...ordered];
}
