import { assigned, exact } from './assign.ts';
import type { Context } from './context.ts';
import type { Expression } from './expression.ts';
import { atom, type Fragment, quoteName } from './fragment.ts';
import { findColumn, isSame, type Source, variableOf } from './query-scope.ts';
import type { TableColumn } from './scope.ts';
import type { Assignment } from './statement.ts';
import { NULL, UNKNOWN } from './value-type.ts';

/** A column with the value that it gets. */
export interface PrintedAssignment {
  readonly source: Source | undefined;
  readonly column: TableColumn;
  readonly value: Fragment;
}

/**
 * Prints SET. MySQL assigns from left to right, so that a value sees the columns before it as they will be; PostgreSQL
 * assigns all at once, so that what was assigned is put in. `sources` are the tables that may be written.
 */
export function printAssignments(
  list: readonly Assignment[],
  sources: readonly Source[],
  context: Context,
): readonly PrintedAssignment[] {
  const found = new Map<string, PrintedAssignment>();
  const idOf = (part: Expression): string | undefined => {
    if (part.tag !== 'column' || variableOf(part.parts, context.scope) !== undefined) return undefined;
    return columnId(
      part.parts.map(({ text }) => text),
      findColumn(sources, part.parts),
      sources,
    );
  };
  for (const assignment of list) {
    const target = findColumn(sources, assignment.column);
    const column = target?.column ?? unknownColumn(assignment, context);
    const within = context.intercept((part) => {
      const id = idOf(part);
      const before = id === undefined ? undefined : found.get(id);
      return before === undefined ? undefined : standIn(before, part, context);
    });
    reportInner(assignment, idOf, found, context);
    const value = assignedValue(assignment.value, column, within);
    const id = columnId(
      assignment.column.map(({ text }) => text),
      target,
      sources,
    );
    found.delete(id);
    found.set(id, { source: target?.source, column, value });
  }
  return [...found.values()];
}

type Found = ReturnType<typeof findColumn>;

function columnId(names: readonly string[], found: Found, sources: readonly Source[]): string {
  if (found === undefined) return names.join('.').toLowerCase();
  return `${sources.indexOf(found.source)}.${found.column.name.toLowerCase()}`;
}

function unknownColumn({ column }: Assignment, context: Context): TableColumn {
  const [name = { text: '', start: 0, end: 0 }] = column.slice(-1);
  context.report('UNKNOWN_COLUMN', name, `nothing is known of the column ${name.text}`);
  return { name: name.text, sql: quoteName(name.text), type: UNKNOWN };
}

/** The value of an assignment; DEFAULT stays itself. */
export function assignedValue(value: Expression, column: TableColumn, context: Context): Fragment {
  if (value.tag === 'default') {
    const own = value.column?.tag === 'column' ? value.column.parts.at(-1)?.text : undefined;
    if (value.column === undefined || isSame(own, column.name)) return atom('DEFAULT', UNKNOWN);
  }
  return assigned(context.fragment(value), column, context, value);
}

/** What a later value sees of an earlier one: as it is stored. */
export function standIn({ value, column }: PrintedAssignment, part: Expression, context: Context): Fragment {
  if (value.sql !== 'DEFAULT') return { ...exact(value, column), type: column.type, literal: undefined };
  context.report('CONSTRUCT', part, `${column.name} has got its default by the same statement`);
  return atom('NULL', NULL);
}

/** Inside a subquery nothing is put in. */
function reportInner(
  { value }: Assignment,
  idOf: (part: Expression) => string | undefined,
  found: ReadonlyMap<string, PrintedAssignment>,
  context: Context,
): void {
  if (found.size === 0) return;
  const open: { readonly node: unknown; readonly isInner: boolean }[] = [{ node: value, isInner: false }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { node } = one;
    if (typeof node !== 'object' || node === null) continue;
    if (one.isInner && isColumn(node) && found.has(idOf(node) ?? ''))
      context.report('ASSIGNMENT_ORDER', node, 'a subquery names a column that the statement has assigned before');
    const isInner = one.isInner || ('tag' in node && node.tag === 'query');
    for (const part of Object.values(node)) open.push({ node: part, isInner });
  }
}

function isColumn(node: object): node is Extract<Expression, { tag: 'column' }> {
  return 'tag' in node && node.tag === 'column';
}

/** `a = 1, b = 2`. */
export function printSet(assignments: readonly PrintedAssignment[]): string {
  return assignments.map(({ column, value }) => `${column.sql} = ${value.sql}`).join(', ');
}
