import type { Name } from './expression.ts';
import type { Select, SelectItem, TableReference } from './query.ts';
import { isSame, type Source } from './query-scope.ts';
import type { ValueType } from './value-type.ts';

/** The columns of a star, where all are known. */
export function spelledOut(item: SelectItem, sources: readonly Source[]): readonly SelectItem[] {
  if (item.tag === 'item') return [item];
  const name = item.qualifier.at(-1)?.text;
  const of = name === undefined ? sources : sources.filter((source) => isSame(source.name, name));
  if (of.length === 0 || of.some(({ isOpen, columns }) => isOpen || columns.length === 0)) return [item];
  const { start, end } = item;
  const part = (text: string): Name => ({ text, isQuoted: true, start, end });
  return of.flatMap((source) =>
    source.columns.map(({ name: column }): SelectItem => {
      const parts = source.name === undefined ? [part(column)] : [part(source.name), part(column)];
      return { tag: 'item', expression: { tag: 'column', parts, start, end }, alias: undefined, start, end };
    }),
  );
}

/** A SELECT whose stars give what the client is not to see as the target has it: they are spelled out, to be brought to it. */
export function withoutStars(node: Select, sources: readonly Source[]): Select {
  const hasOther = sources.some(({ columns }) => columns.some(({ type }) => isOther(type)));
  if (!hasOther || !node.items.some(({ tag }) => tag === 'star') || node.from.some(isMerged)) return node;
  return { ...node, items: node.items.flatMap((item) => spelledOut(item, sources)) };
}

/** A flag is a number to the source, and a SET a text. */
function isOther(type: ValueType): boolean {
  return type.kind === 'boolean' || (type.kind === 'other' && type.name === 'text[]');
}

/** Columns of both sides of USING stand once in a star. */
function isMerged(table: TableReference): boolean {
  if (table.tag === 'list') return table.tables.some(isMerged);
  if (table.tag !== 'join') return false;
  return table.isNatural || table.using.length > 0 || isMerged(table.left) || isMerged(table.right);
}
