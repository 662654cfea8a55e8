import type { Name } from './expression.ts';
import { quoteName } from './fragment.ts';
import type { Resolved, Scope, TableColumn, TableShape } from './scope.ts';

/** A table as a FROM has it: its name there, and its columns. */
export interface Source {
  /** Alias or name; undefined for what has none. */
  readonly name: string | undefined;
  readonly columns: readonly TableColumn[];
  /** Its columns are not known: any name may be one of them. */
  readonly isOpen: boolean;
  readonly key: readonly string[];
  /** Its bare columns are printed with its name: another source has some of them too. */
  readonly isNamed?: boolean;
}

/** The scope inside a query: its sources before those of the query around it. */
export function scopeOf(sources: readonly Source[], outer: Scope): Scope {
  return { ...outer, resolve: (parts) => resolveIn(sources, parts) ?? outer.resolve(parts) };
}

/** A scope that knows further tables by a bare name, as WITH makes them. */
export function withTable(name: string, columns: readonly TableColumn[], outer: Scope): Scope {
  const shape: TableShape = { sql: quoteName(name), columns, key: [] };
  const isIt = (parts: readonly Name[]): boolean => parts.length === 1 && isSame(parts[0]?.text, name);
  return { ...outer, table: (parts) => (isIt(parts) ? shape : outer.table(parts)) };
}

/** The source and the column that a name means. */
export function findColumn(
  sources: readonly Source[],
  parts: readonly Name[],
): { readonly source: Source; readonly column: TableColumn } | undefined {
  const name = parts.at(-1)?.text;
  const qualifier = parts.at(-2)?.text;
  for (const source of sources) {
    if (qualifier !== undefined && !isSame(source.name, qualifier)) continue;
    const column = source.columns.find((one) => isSame(one.name, name));
    if (column !== undefined) return { source, column };
  }
  return undefined;
}

function resolveIn(sources: readonly Source[], parts: readonly Name[]): Resolved | undefined {
  const found = findColumn(sources, parts);
  if (found === undefined) return undefined;
  const { source, column } = found;
  if ((parts.length === 1 && source.isNamed !== true) || source.name === undefined)
    return { sql: column.sql, type: column.type };
  return { sql: `${quoteName(source.name)}.${column.sql}`, type: column.type };
}

/** The variable that a bare name means: it hides a column and an alias of its name. */
export function variableOf(parts: readonly Name[], scope: Scope): Resolved | undefined {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? scope.variable?.(only.text) : undefined;
}

/** Names of columns and aliases are told apart without regard to case. */
export function isSame(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && left.toLowerCase() === right.toLowerCase();
}
