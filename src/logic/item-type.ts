import type { Query, TableReference } from '../sql/query.ts';
import { type Source, scopeOf } from '../sql/query-scope.ts';
import { emptyScope } from '../sql/scope.ts';
import { translateExpression } from '../sql/translate.ts';
import { UNKNOWN, type ValueType } from '../sql/value-type.ts';
import type { Emitter } from './emitter.ts';
import { walk } from './walk.ts';

/** The tables that a FROM names itself. */
export function basesOf(tables: readonly TableReference[]): readonly Extract<TableReference, { tag: 'base' }>[] {
  const found: Extract<TableReference, { tag: 'base' }>[] = [];
  for (const table of tables) {
    walk(table, (node) => {
      if (node.tag === 'derived' || node.tag === 'subquery') return false;
      if (node.tag === 'base') found.push(node);
      return undefined;
    });
  }
  return found;
}

/** The tables of a FROM that are known, as the scope of an expression has them. */
export function sourcesOf(emitter: Emitter, tables: readonly TableReference[]): readonly Source[] {
  return basesOf(tables).map((node) => {
    const shape = emitter.table(node.name.parts)?.shape;
    const name = node.alias?.text ?? node.name.parts.at(-1)?.text;
    return { name, columns: shape?.columns ?? [], isOpen: shape === undefined, key: shape?.key ?? [] };
  });
}

/** Names and types of what a query selects; undefined where they are not known. */
export function itemsOf(
  emitter: Emitter,
  { body }: Query,
): readonly { readonly name: string; readonly type: ValueType }[] | undefined {
  if (body.tag !== 'select') return undefined;
  const sources = sourcesOf(emitter, body.from);
  const scope = scopeOf(sources, { ...emptyScope(emitter.program.dialect), ...emitter.scope() });
  return body.items.flatMap((item) => {
    if (item.tag === 'star') {
      const from = sources.filter(({ name }) => item.qualifier.length === 0 || name === item.qualifier.at(-1)?.text);
      return from.flatMap(({ columns }) => columns.map(({ name, type }) => ({ name, type })));
    }
    const { expression, alias } = item;
    const name =
      alias?.text ??
      (expression.tag === 'column' ? expression.parts.at(-1)?.text : undefined) ??
      emitter.sourceText(expression);
    return [{ name, type: translateExpression(emitter.prepare(expression), scope, 'value').type }];
  });
}

export function typesOfItems(emitter: Emitter, query: Query): readonly ValueType[] {
  return itemsOf(emitter, query)?.map(({ type }) => type) ?? [UNKNOWN];
}
