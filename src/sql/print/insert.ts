import { assigned } from '../assign.ts';
import { assignedValue, type PrintedAssignment, standIn } from '../assignment-list.ts';
import { type ChangedTable, changedTable, writtenColumn } from '../changed-table.ts';
import type { Context } from '../context.ts';
import type { Expression } from '../expression.ts';
import { atom, compound, type Fragment, quoteLiteral, quoteName } from '../fragment.ts';
import { type InsertedRows, nextNumber } from '../inserted-rows.ts';
import type { Query } from '../query.ts';
import { isSame, variableOf } from '../query-scope.ts';
import type { TableColumn } from '../scope.ts';
import type { Insert } from '../statement.ts';
import { NULL, TEXT, UNKNOWN } from '../value-type.ts';
import { printConflict } from './conflict.ts';
import { printQuery } from './query.ts';
import { printReplace } from './replace.ts';
import { printReturning, reportPriority } from './returning.ts';

/** Prints INSERT and REPLACE. */
export function printInsert(node: Insert, outer: Context): Fragment {
  reportPriority(node, outer);
  if (node.with !== undefined) outer.report('CONSTRUCT', node.with, 'WITH before INSERT');
  if (node.partitions.length > 0) outer.report('CONSTRUCT', node, 'rows are put into a partition by its name');
  const table = changedTable(node.table, outer);
  const given = columnsOf(node, table, outer);
  reportMissing(node, given, table, outer);
  const filled = firstMembers(given, table);
  const columns = [...given, ...filled];
  const members = filled.map(emptyOf);
  const printed = node.source.tag === 'query' ? undefined : printRows(node.source, given, table, outer);
  const values = printed?.map((row) => [...row, ...members]);
  const rows: InsertedRows = { table, columns, values };
  const query = node.source.tag === 'query' ? withMembers(printSource(node.source, given, table, outer), members) : '';
  if (node.isReplace) return printReplace(node, rows, query, outer);
  const names = columns.length === 0 ? '' : ` (${columns.map(({ sql }) => sql).join(', ')})`;
  const body = values === undefined ? `${names} ${query}` : valueList(names, values);
  const conflict = printConflict(node, rows, outer);
  const returning = printReturning(node.returning, [table.source], outer);
  return compound(`INSERT INTO ${table.sql}${body}${conflict}${returning}`, UNKNOWN);
}

/** A single row of defaults has a form of its own. */
function valueList(names: string, values: readonly (readonly Fragment[])[]): string {
  const isEmpty = values.length === 1 && values[0]?.every(({ sql }) => sql === 'DEFAULT') === true;
  if (isEmpty) return ' DEFAULT VALUES';
  return `${names} VALUES ${values.map((row) => `(${row.map(({ sql }) => sql).join(', ')})`).join(', ')}`;
}

/** Columns of an ENUM that get their first member because the rows give them nothing. */
function firstMembers(columns: readonly TableColumn[], { shape }: ChangedTable): readonly TableColumn[] {
  return shape.columns.filter((one) => one.firstMember !== undefined && !columns.includes(one));
}

function withMembers(query: string, members: readonly Fragment[]): string {
  if (members.length === 0) return query;
  return `SELECT given.*, ${members.map(({ sql }) => sql).join(', ')} FROM (${query}) AS given`;
}

/** Outside strict mode a column that must have a value gets an empty one, 0 or ''. */
function reportMissing(node: Insert, columns: readonly TableColumn[], { shape }: ChangedTable, context: Context): void {
  if (context.scope.dialect.mode.isStrict) return;
  const missing = shape.columns.find((one) => one.isRequired === true && !columns.includes(one));
  if (missing !== undefined) context.report('NOT_STRICT', node, `${missing.name} gets an empty value on the source`);
}

function columnsOf(node: Insert, table: ChangedTable, context: Context): readonly TableColumn[] {
  if (node.source.tag === 'set') {
    return node.source.assignments.map(({ column }) => writtenColumn(column, table, context));
  }
  if (node.columns.length === 0) return table.shape.columns;
  return node.columns.map((parts) => writtenColumn(parts, table, context));
}

type Rows = Exclude<Insert['source'], Query>;

function printRows(
  source: Rows,
  columns: readonly TableColumn[],
  table: ChangedTable,
  context: Context,
): readonly (readonly Fragment[])[] {
  const rows = source.tag === 'set' ? [source.assignments.map(({ value }) => value)] : source.rows;
  return rows.map((row) => {
    if (row.length === 0) return columns.map(emptyOf);
    if (columns.length > 0 && row.length !== columns.length)
      context.report('CONSTRUCT', source, 'a row has another number of values than there are columns');
    return printRow(row, columns, table, context);
  });
}

function emptyOf({ firstMember }: TableColumn): Fragment {
  return firstMember === undefined ? atom('DEFAULT', UNKNOWN) : atom(quoteLiteral(firstMember), TEXT);
}

/** A value may name the columns before it in its row. */
function printRow(
  row: readonly Expression[],
  columns: readonly TableColumn[],
  table: ChangedTable,
  context: Context,
): readonly Fragment[] {
  const done: PrintedAssignment[] = [];
  const within = context.intercept((part) => {
    if (part.tag !== 'column' || variableOf(part.parts, context.scope) !== undefined) return undefined;
    const name = part.parts.at(-1)?.text;
    if (part.parts.length > 1 && !isSame(part.parts.at(-2)?.text, table.source.name)) return undefined;
    const before = done.findLast(({ column }) => isSame(column.name, name));
    if (before !== undefined) return standIn(before, part, context);
    if (!table.shape.columns.some((column) => isSame(column.name, name))) return undefined;
    context.report('CONSTRUCT', part, `${name} stands for its default here`);
    return atom('NULL', NULL);
  });
  return row.map((expression, at) => {
    const column = columns[at] ?? { name: '', sql: quoteName(`column${at + 1}`), type: UNKNOWN };
    const stored = numbered(assignedValue(expression, column, within), column, table, context);
    const { isWithoutLetters = false } = column.type.kind === 'text' ? within.silently(expression) : stored;
    const value = isWithoutLetters ? { ...stored, isWithoutLetters } : stored;
    if (column.isAutoIncrement === true && value.sql !== 'DEFAULT')
      context.report('AUTO_INCREMENT', expression, `${column.name} is given`);
    done.push({ source: table.source, column, value });
    return value;
  });
}

/** NULL and 0 ask an AUTO_INCREMENT column for its next number. */
function numbered(value: Fragment, column: TableColumn, table: ChangedTable, context: Context): Fragment {
  if (column.isAutoIncrement !== true || value.sql === 'DEFAULT') return value;
  const isZeroKept = context.scope.dialect.mode.hasNoAutoValueOnZero;
  if (value.type.kind === 'null' || (value.sql === '0' && !isZeroKept)) return atom('DEFAULT', column.type);
  if (/^\d+$/.test(value.sql)) return value;
  const given = isZeroKept ? value.sql : `NULLIF(${value.sql}, 0)`;
  return atom(`COALESCE(${given}, ${nextNumber(column, table)})`, column.type);
}

/** The rows of a query, each value brought to the type of its column. */
function printSource(query: Query, columns: readonly TableColumn[], table: ChangedTable, outer: Context): string {
  const store = (value: Fragment, at: number, context: Context, span: Expression | Query): Fragment => {
    const column = columns[at];
    if (column === undefined) return value;
    const stored = assigned(value, column, context, span);
    if (column.isAutoIncrement === true) context.report('AUTO_INCREMENT', span, `${column.name} is given`);
    const found = numbered(stored, column, table, context);
    return found.sql === 'DEFAULT' ? atom(nextNumber(column, table), column.type) : found;
  };
  const { body } = query;
  if (body.tag === 'select' && !body.isDistinct && body.items.every(({ tag }) => tag === 'item')) {
    return printQuery(query, outer, { store }).fragment.sql;
  }
  const printed = printQuery(query, outer, { text: undefined });
  const names = printed.columns.map((_, at) => `c${at + 1}`);
  const values = printed.columns.map(({ type }, at) => {
    const value = atom(`q.c${at + 1}`, type.kind === 'boolean' || type.kind === 'null' ? UNKNOWN : type);
    return store(type.kind === 'null' ? atom('NULL', NULL) : value, at, outer, query);
  });
  const isSame = values.every(({ sql }, at) => sql === `q.c${at + 1}`);
  if (isSame || printed.columns.length === 0) return printed.fragment.sql;
  return `SELECT ${values.map(({ sql }) => sql).join(', ')} FROM (${printed.fragment.sql}) AS q (${names.join(', ')})`;
}
