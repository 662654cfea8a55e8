import { printAssignments, printSet } from '../assignment-list.ts';
import { type ChangedTable, keyColumns, uniqueKeys } from '../changed-table.ts';
import type { Context } from '../context.ts';
import type { Expression } from '../expression.ts';
import { atom, type Fragment } from '../fragment.ts';
import type { InsertedRows } from '../inserted-rows.ts';
import { findColumn, isSame, variableOf } from '../query-scope.ts';
import { isCaseless } from '../rule/comparison.ts';
import { OF_DIGITS } from '../rule/date.ts';
import type { Scope, TableColumn } from '../scope.ts';
import type { Insert } from '../statement.ts';
import { isFolded } from '../text-fold.ts';
import { NULL } from '../value-type.ts';

/** ON CONFLICT for IGNORE and for ON DUPLICATE KEY UPDATE; '' for neither. */
export function printConflict(node: Insert, rows: InsertedRows, context: Context): string {
  if (node.onDuplicate === undefined) {
    const { shape } = rows.table;
    const keys = node.isIgnore || context.scope.isDuplicateAwaited === true ? (uniqueKeys(shape) ?? [shape.key]) : [];
    for (const key of keys) if (!isFree(key, rows)) reportKeyCase(key, rows, node, context);
    return node.isIgnore ? ' ON CONFLICT DO NOTHING' : '';
  }
  const target = conflictTarget(node, rows, context);
  if (target === undefined) return '';
  context.report('ROW_COUNT', node, 'a row that is updated counts 2 on MySQL, and 0 where nothing changes');
  reportRepeated(node, rows, target, context);
  const within = context.within(ownScope(rows.table, context)).intercept((part) => named(part, node, rows, context));
  const set = printSet(printAssignments(node.onDuplicate, [rows.table.source], within));
  return ` ON CONFLICT (${target.map(({ sql }) => sql).join(', ')}) DO UPDATE SET ${set}`;
}

/** The key that rows can collide on: proven when there is one. */
function conflictTarget(node: Insert, rows: InsertedRows, context: Context): readonly TableColumn[] | undefined {
  const { shape } = rows.table;
  const all = uniqueKeys(shape);
  const keys = all ?? (shape.key.length === 0 ? [] : [shape.key]);
  const candidates = keys.filter((key) => !isFree(key, rows));
  const plain = candidates.filter((key) => key.length > 0);
  const [first] = plain;
  if (all === undefined && first === undefined) {
    context.report('CONSTRUCT', node, 'ON DUPLICATE KEY UPDATE of a table whose unique keys are not known');
    return undefined;
  }
  if (first === undefined && candidates.length > 0) {
    context.report('CONSTRUCT', node, 'ON DUPLICATE KEY UPDATE by a key over expressions or prefixes');
    return undefined;
  }
  if (first === undefined) {
    context.report('NO_CONFLICT', node, 'ON DUPLICATE KEY UPDATE where no unique key can collide');
    return undefined;
  }
  if (all === undefined)
    context.report('CONFLICT_TARGET', node, 'other unique keys than the primary key are not known');
  else if (candidates.length > 1)
    context.report('CONFLICT_TARGET', node, `rows can collide on ${candidates.length} unique keys`);
  reportKeyCase(first, rows, node, context);
  return keyColumns(first, shape);
}

/** Texts that the source takes for one are two keys on the target: it would have more rows. */
export function reportKeyCase(key: readonly string[], rows: InsertedRows, node: Insert, context: Context): void {
  const isTold = keyColumns(key, rows.table.shape).some((column) => {
    if (!hasCase(column, context)) return false;
    const at = rows.columns.findIndex(({ name }) => isSame(name, column.name));
    if (rows.values === undefined) return !isOfDigits(node, at);
    return !rows.values.every((row) => row[at] !== undefined && isCaseless(row[at]));
  });
  if (isTold)
    context.report('KEY_CASE', node, 'rows collide by a text that the source compares without regard to case');
}

/** Whether the query of an INSERT gives numbers of a date there. */
function isOfDigits({ source }: Insert, at: number): boolean {
  const item = source.tag === 'query' && source.body.tag === 'select' ? source.body.items[at] : undefined;
  const call = item?.tag === 'item' && item.expression.tag === 'call' ? item.expression : undefined;
  const format = call?.upper === 'DATE_FORMAT' ? call.args[1] : undefined;
  return format?.tag === 'string' && OF_DIGITS.test(format.value);
}

/** Whether it holds texts apart that the source takes for one. */
export function hasCase({ type, members }: TableColumn, context: Context): boolean {
  return members === undefined && isFolded(type, context);
}

/** Some column of the key gets NULL, or a number that no row has. */
function isFree(key: readonly string[], { table, columns, values }: InsertedRows): boolean {
  return keyColumns(key, table.shape).some((column) => {
    const at = columns.findIndex(({ name }) => isSame(name, column.name));
    const isFreeOfValue = column.isAutoIncrement === true || column.isNullByDefault === true;
    if (at < 0) return isFreeOfValue;
    if (values === undefined) return false;
    return values.every((row) => {
      const value = row[at];
      return value?.type.kind === 'null' || (value?.sql === 'DEFAULT' && isFreeOfValue);
    });
  });
}

/** PostgreSQL updates a row once in a statement. */
function reportRepeated(node: Insert, rows: InsertedRows, key: readonly TableColumn[], context: Context): void {
  if (node.areRowsApart === true) return;
  const texts = rows.values?.map((row) => {
    const parts = key.map((column) => row[rows.columns.indexOf(column)]);
    return parts.every((part) => part !== undefined && isPlain(part)) ? parts.map((part) => part?.sql).join() : '';
  });
  const isProven = texts !== undefined && (texts.length === 1 || new Set(texts.filter(Boolean)).size === texts.length);
  if (!isProven) context.report('CONFLICT_ROWS', node, 'rows of one statement may have the same key');
}

function isPlain({ sql, literal }: Fragment): boolean {
  return literal !== undefined || /^-?\d+$/.test(sql);
}

/** Columns in ON DUPLICATE KEY UPDATE: those of the row that is there, and of the row that was to be inserted. */
function named(part: Expression, node: Insert, rows: InsertedRows, context: Context): Fragment | undefined {
  if (part.tag === 'inserted-value') return part.column.tag === 'column' ? fromNew(part.column, rows) : undefined;
  if (part.tag !== 'column' || variableOf(part.parts, context.scope) !== undefined) return undefined;
  const { rowAlias } = node;
  const [name, qualifier] = [part.parts.at(-1)?.text, part.parts.at(-2)?.text];
  const at = rowAlias?.columns.findIndex(({ text }) => isSame(text, name)) ?? -1;
  if (at >= 0 && (qualifier === undefined || isSame(qualifier, rowAlias?.name.text))) return excluded(rows.columns[at]);
  if (rowAlias !== undefined && isSame(qualifier, rowAlias.name.text)) return fromNew(part, rows);
  return own(part, rows.table) ?? ofQuery(part, node, rows, context);
}

type ColumnNode = Extract<Expression, { tag: 'column' }>;

function fromNew({ parts }: ColumnNode, { table }: InsertedRows): Fragment | undefined {
  return excluded(findColumn([table.source], parts.slice(-1))?.column);
}

function excluded(column: TableColumn | undefined): Fragment | undefined {
  return column === undefined ? undefined : atom(`EXCLUDED.${column.sql}`, column.type);
}

/** A bare name would be that of both rows. */
function own({ parts }: ColumnNode, table: ChangedTable): Fragment | undefined {
  const found = findColumn([table.source], parts);
  return found === undefined ? undefined : atom(`${table.name}.${found.column.sql}`, found.column.type);
}

/** Inside a subquery too the columns of the row that is there have its name before them. */
function ownScope({ name, source }: ChangedTable, { scope }: Context): Scope {
  const resolve: Scope['resolve'] = (parts) => {
    const column = findColumn([source], parts)?.column;
    return column === undefined ? scope.resolve(parts) : { sql: `${name}.${column.sql}`, type: column.type };
  };
  return { ...scope, resolve };
}

/** A column of the query that gives the rows is at hand where it is inserted as it is. */
function ofQuery(part: ColumnNode, node: Insert, rows: InsertedRows, context: Context): Fragment | undefined {
  if (node.source.tag !== 'query' || node.source.body.tag !== 'select') return undefined;
  const names = part.parts.map(({ text }) => text);
  const at = node.source.body.items.findIndex((item) => {
    if (item.tag !== 'item' || item.expression.tag !== 'column') return false;
    const other = item.expression.parts.map(({ text }) => text);
    return (
      isSame(other.at(-1), names.at(-1)) &&
      (names.length === 1 || other.length === 1 || isSame(other.at(-2), names.at(-2)))
    );
  });
  const found = at < 0 ? undefined : excluded(rows.columns[at]);
  if (found !== undefined) return found;
  context.report('CONSTRUCT', part, 'a column of the query that is not inserted itself');
  return atom('NULL', NULL);
}
