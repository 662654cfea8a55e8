import { toValue } from '../coerce.ts';
import type { Context } from '../context.ts';
import { quoteName } from '../fragment.ts';
import type { SelectItem } from '../query.ts';
import { type Source, scopeOf } from '../query-scope.ts';
import type { Span } from '../span.ts';

/** MariaDB's RETURNING; '' without items. */
export function printReturning(items: readonly SelectItem[], sources: readonly Source[], outer: Context): string {
  if (items.length === 0) return '';
  const context = outer.within(scopeOf(sources, outer.scope));
  const parts = items.map((item) => {
    if (item.tag === 'star') return '*';
    const { sql } = toValue(context.fragment(item.expression));
    return item.alias === undefined ? sql : `${sql} AS ${quoteName(item.alias.text)}`;
  });
  return ` RETURNING ${parts.join(', ')}`;
}

/** The target has no priorities of statements, and no way to leave out rows that fail. */
export function reportPriority(
  node: Span & { readonly isIgnore: boolean; readonly options: readonly string[] },
  context: Context,
): void {
  for (const option of node.options) {
    if (option !== 'IGNORE') context.report('HINT', node, option);
  }
  if (node.isIgnore) context.report('IGNORE', node, 'rows and values that fail are left out or changed on MySQL');
}
