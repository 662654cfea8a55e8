import { exact } from '../assign.ts';
import { type PrintedAssignment, printAssignments, printSet } from '../assignment-list.ts';
import { uniqueKeys } from '../changed-table.ts';
import type { Context } from '../context.ts';
import type { Name } from '../expression.ts';
import { atom, compound, type Fragment } from '../fragment.ts';
import { type Flat, flatten, joinedContext, printWhere, reportMatches } from '../joined-change.ts';
import { baseTables, firstRows, sameRow, selectedKey } from '../matched-rows.ts';
import { findColumn, isSame, type Source } from '../query-scope.ts';
import { isCaseless } from '../rule/comparison.ts';
import type { Update } from '../statement.ts';
import { UNKNOWN } from '../value-type.ts';
import { hasCase } from './conflict.ts';
import { FromPrinter, type PrintedFrom } from './from.ts';
import { inner, printWith } from './query.ts';
import { reportPriority } from './returning.ts';

/** Prints UPDATE in its forms of one table and of several. */
export function printUpdate(node: Update, outer: Context): Fragment {
  reportPriority(node, outer);
  const common = node.with === undefined ? { sql: '', context: outer } : printWith(node.with, outer);
  const head = common.sql === '' ? '' : `${common.sql} `;
  const [first] = node.tables;
  if (node.tables.length === 1 && first?.tag === 'base')
    return compound(`${head}${single(node, common.context)}`, UNKNOWN);
  if (node.orderBy.length > 0 || node.limit !== undefined)
    outer.report('CONSTRUCT', node, 'UPDATE of several tables with ORDER BY or LIMIT');
  const flat = flatten(node.tables, common.context);
  const joined = flat === undefined ? undefined : inList(node, flat, common.context);
  if (joined !== undefined) return compound(`${head}${joined}`, UNKNOWN);
  return compound(byMatches(node, common), UNKNOWN);
}

function single(node: Update, outer: Context): string {
  const from = new FromPrinter(outer, inner).list(node.tables);
  const context = joinedContext(from.sources, outer);
  const assignments = printAssignments(node.assignments, from.sources, context);
  const where = printWhere([node.where], context);
  const [source] = from.sources;
  const { limit } = node;
  reportUnique(node, assignments, outer);
  if (limit === undefined || source === undefined) return `UPDATE ${from.sql} SET ${printSet(assignments)}${where}`;
  const rows = firstRows(source, { from: from.sql, where }, { orderBy: node.orderBy, limit }, context);
  return `UPDATE ${from.sql} SET ${printSet(assignments)}${rows}`;
}

/** The target checks a unique key at each row, in an order of its own, and cannot leave a row out. */
function reportUnique(node: Update, assignments: readonly PrintedAssignment[], context: Context): void {
  const keys = baseTables(node.tables).flatMap(({ name }) => {
    const shape = context.scope.table(name.parts);
    return shape === undefined ? [] : (uniqueKeys(shape) ?? [shape.key]);
  });
  const isInKey = assignments.some(({ column }) => keys.flat().some((name) => isSame(name, column.name)));
  if (!isInKey) return;
  const isText = assignments.some(
    ({ column, value }) =>
      hasCase(column, context) && !isCaseless(value) && keys.flat().some((name) => isSame(name, column.name)),
  );
  if (isText && context.scope.isDuplicateAwaited === true)
    context.report('KEY_CASE', node, 'rows collide by a text that the source compares without regard to case');
  if (node.isIgnore) context.report('CONSTRUCT', node, 'UPDATE IGNORE of a column of a unique key leaves rows out');
  if (node.orderBy.length > 0) context.report('UNIQUE_ORDER', node, 'a column of a unique key is changed in an order');
}

/** The tables that get values, in the order of the statement. */
function targetsOf(assignments: readonly PrintedAssignment[], sources: readonly Source[]): readonly Source[] {
  return sources.filter((source) => assignments.some((one) => one.source === source));
}

/** `UPDATE a SET .. FROM b WHERE ..`, of one table and inner joins. */
function inList(node: Update, flat: Flat, outer: Context): string | undefined {
  const sources = flat.leaves.map(({ source }) => source);
  const owners = new Set(node.assignments.map(({ column }) => findColumn(sources, column)?.source));
  const target = flat.leaves.find(({ source }) => owners.has(source));
  if (owners.size !== 1 || target === undefined || target.node.tag !== 'base') return undefined;
  const context = joinedContext(sources, outer);
  const assignments = joinedAssignments(node, sources, context);
  reportUnique(node, assignments, outer);
  if (readsOthers(node, sources)) reportMatches(flat, target, node.where, { context, span: node });
  const others = flat.leaves.filter((leaf) => leaf !== target).map(({ sql }) => sql);
  const from = others.length === 0 ? '' : ` FROM ${others.join(', ')}`;
  return `UPDATE ${target.sql} SET ${printSet(assignments)}${from}${printWhere([...flat.conditions, node.where], context)}`;
}

/** Whether a value is of another table than the one that takes it: else each match gives the same. */
function readsOthers({ assignments }: Update, sources: readonly Source[]): boolean {
  return assignments.some(({ column, value }) => {
    const own = findColumn(sources, column)?.source;
    return columnsIn(value).some((parts) => {
      const source = findColumn(sources, parts)?.source;
      return source !== undefined && source !== own;
    });
  });
}

/** Every name of a column in an expression, those of its queries too. */
function columnsIn(root: object): readonly (readonly Name[])[] {
  const own = 'tag' in root && root.tag === 'column' && 'parts' in root ? [root.parts as readonly Name[]] : [];
  const parts = Object.values(root).filter((part) => typeof part === 'object' && part !== null);
  return [...own, ...parts.flatMap((part: object) => columnsIn(part))];
}

/** Of several tables MySQL gives no order of assignments. */
function joinedAssignments(node: Update, sources: readonly Source[], context: Context): readonly PrintedAssignment[] {
  const done: string[] = [];
  for (const { column, value } of node.assignments) {
    const isSeen = done.length > 0 && holdsName(value, done);
    if (isSeen)
      context.report('ASSIGNMENT_ORDER', node, 'a value of an UPDATE of several tables names an assigned column');
    done.push(column.at(-1)?.text.toLowerCase() ?? '');
  }
  return printAssignments(node.assignments, sources, context);
}

function holdsName(root: object, names: readonly string[]): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('text' in node && typeof node.text === 'string' && names.includes(node.text.toLowerCase())) return true;
    open.push(...Object.values(node));
  }
  return false;
}

/** Any joins and any number of targets: the rows that match first, with the values, then one UPDATE for each target. */
function byMatches(node: Update, common: { readonly sql: string; readonly context: Context }): string {
  const { context: outer } = common;
  const from: PrintedFrom = new FromPrinter(outer, inner).list(node.tables);
  const context = joinedContext(from.sources, outer);
  const assignments = joinedAssignments(node, from.sources, context);
  reportUnique(node, assignments, outer);
  const targets = targetsOf(assignments, from.sources);
  if (readsOthers(node, from.sources))
    outer.report('SEVERAL_MATCHES', node, 'a row may match several rows of the other tables');
  const keys = targets.flatMap(selectedKey);
  const values = assignments.flatMap(({ value, column }, at) =>
    value.sql === 'DEFAULT' ? [] : [`${exact(value, column).sql} AS value_${at + 1}`],
  );
  const matched = `matched AS (SELECT ${[...keys, ...values].join(', ')} FROM ${from.sql}${printWhere([node.where], context)})`;
  const updates = targets.map((source, at) => {
    const own = assignments.flatMap((one, index) => (one.source === source ? [fromMatch(one, index)] : []));
    return `UPDATE ${tableText(source, node, outer)} SET ${printSet(own)} FROM matched AS m WHERE ${sameRow(source, at)}`;
  });
  const [first = '', ...behind] = updates;
  return `${common.sql === '' ? 'WITH ' : `${common.sql}, `}${matched}${behind.map(asPart).toReversed().join('')} ${first}`;
}

/** PostgreSQL changes rows by the statement itself first, then by its parts, the last one before those ahead of it. */
function asPart(sql: string, at: number): string {
  return `, changed_${at + 2} AS (${sql})`;
}

function fromMatch(assignment: PrintedAssignment, at: number): PrintedAssignment {
  if (assignment.value.sql === 'DEFAULT') return assignment;
  return { ...assignment, value: atom(`m.value_${at + 1}`, assignment.column.type) };
}

/** The target by itself, under the name that the statement gives it. */
export function tableText(source: Source, node: Pick<Update, 'tables'>, context: Context): string {
  const found = baseTables(node.tables).find((table) =>
    isSame(table.alias?.text ?? table.name.parts.at(-1)?.text, source.name),
  );
  return found === undefined ? '' : new FromPrinter(context, inner).table(found, []).sql;
}
