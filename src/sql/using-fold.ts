import type { Context } from './context.ts';
import { atom, operand, quoteName } from './fragment.ts';
import type { Join } from './query.ts';
import { isSame, type Source, scopeOf } from './query-scope.ts';
import { compare } from './rule/comparison.ts';
import { isFolded } from './text-fold.ts';

/**
 * USING and NATURAL over texts that fall together though they are spelled in several ways, as a condition: PostgreSQL
 * would join those that are spelled alike. undefined where no such text is among the columns.
 */
export function foldedUsing(
  node: Join,
  left: readonly Source[],
  right: readonly Source[],
  context: Context,
): string | undefined {
  const names = node.isNatural ? commonNames(left, right) : node.using.map(({ text }) => text);
  const isText = names.some((name) => {
    const column = sideOf(name, left)?.column;
    return column !== undefined && isFolded(column.type, context);
  });
  if (!isText) return undefined;
  if (node.kind === 'right') context.report('CONSTRUCT', node, 'a RIGHT JOIN USING texts of which case does not count');
  const within = context.within(scopeOf([...left, ...right], context.scope));
  const tests = names.map((name) => {
    const [a, b] = [sideOf(name, left), sideOf(name, right)].map((side) =>
      atom(side?.sql ?? 'NULL', side?.column.type ?? { kind: 'unknown' }),
    );
    const none = atom('NULL', { kind: 'unknown' });
    return operand(compare('=', a ?? none, b ?? none, { context: within, span: node }));
  });
  return tests.join(' AND ');
}

/** A source whose bare columns are printed with its name, since another one has them too. */
export function namedApart(sources: readonly Source[]): readonly Source[] {
  return sources.map((source) => ({ ...source, isNamed: true }));
}

function commonNames(left: readonly Source[], right: readonly Source[]): readonly string[] {
  const names = left.flatMap(({ columns }) => columns.map(({ name }) => name));
  return names.filter((name) => sideOf(name, right) !== undefined);
}

function sideOf(name: string, sources: readonly Source[]) {
  for (const source of sources) {
    const column = source.columns.find((one) => isSame(one.name, name));
    if (column !== undefined) return { column, sql: qualified(source, column.sql) };
  }
  return undefined;
}

function qualified({ name }: Source, sql: string): string {
  return name === undefined ? sql : `${quoteName(name)}.${sql}`;
}
