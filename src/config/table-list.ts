import type { Config } from './config.ts';
import { globPattern } from './table-filter.ts';

/** Which tables take part, as `tables.include` and `tables.exclude` say it. */
export type TableLists = Pick<Config['tables'], 'include' | 'exclude'>;

/** The lists with these tables in; a pattern of `tables.exclude` that would keep one out is named instead. */
export function withAdded(
  { include, exclude }: TableLists,
  names: readonly string[],
): TableLists | { keepsOut: string } {
  const left = exclude.filter((glob) => !names.includes(glob));
  const keepsOut = left.find((glob) => names.some((name) => covers([glob, tableOf(glob)], name)));
  if (keepsOut !== undefined) return { keepsOut };
  return { include: [...include, ...names.filter((name) => !covers(include, name))], exclude: left };
}

/** The lists without these tables. */
export function withRemoved({ include, exclude }: TableLists, names: readonly string[]): TableLists {
  const left = include.filter((glob) => !names.includes(glob));
  // Nothing to include is no list.
  const kept = left.length === 0 ? include : left;
  const isLeft = (name: string) => !include.includes(name) || covers(kept, name);
  return {
    include: kept,
    exclude: [...exclude, ...names.filter((name) => isLeft(name) && !exclude.includes(name))],
  };
}

export function isSameLists(a: TableLists, b: TableLists): boolean {
  return JSON.stringify([a.include, a.exclude]) === JSON.stringify([b.include, b.exclude]);
}

/** A name of a list: TABLE, DATABASE.TABLE, or a pattern of these, which is covered where its text is. */
function covers(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => globPattern(glob).test(name) || globPattern(glob).test(tableOf(name)));
}

function tableOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
