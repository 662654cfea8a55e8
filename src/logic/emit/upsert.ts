import type { Expression, Name } from '../../sql/expression.ts';
import type { Query } from '../../sql/query.ts';
import type { Span } from '../../sql/span.ts';
import type { Assignment, Insert, Update } from '../../sql/statement.ts';
import { BIGINT, UNKNOWN } from '../../sql/value-type.ts';
import type { KnownTable } from '../catalogue.ts';
import { type Emitter, NotConverted } from '../emitter.ts';
import { itemsOf } from '../item-type.ts';
import { nameNode, substitute } from '../substitute.ts';
import { key } from '../table-access.ts';

/** The table of an INSERT, and its keys. */
export interface Place {
  readonly table: KnownTable;
  /** Those that a new row can meet, the primary one first. */
  readonly keys: readonly (readonly string[])[];
}

/** The unique keys that a row of an INSERT can meet: one over a number that the table gives, or a NULL, meets nothing. */
export function meetableKeys(node: Insert, table: KnownTable): readonly (readonly string[])[] {
  const columns = columnsOf(node, table).map(key);
  const rows = rowsOf(node);
  const isFree = (name: string): boolean => {
    const at = columns.indexOf(key(name));
    if (at < 0) return isLeftFree(name, table);
    return rows?.every((row) => row[at]?.tag === 'null') === true;
  };
  const met = table.uniques.filter((unique) => !unique.some(isFree));
  const isPrimary = (unique: readonly string[]): boolean => unique.join() === table.shape.key.join();
  return [...met.filter(isPrimary), ...met.filter((unique) => !isPrimary(unique))];
}

/** What a row gets that says nothing of the column: a new number, or NULL. */
function isLeftFree(name: string, { shape, autoIncrement }: KnownTable): boolean {
  if (autoIncrement !== undefined && key(autoIncrement) === key(name)) return true;
  return shape.columns.some((column) => key(column.name) === key(name) && column.isNullByDefault === true);
}

/**
 * ON DUPLICATE KEY UPDATE where a row may meet any of several keys: the row of the first key that is met is updated,
 * and only where none is met a row is inserted. PostgreSQL's ON CONFLICT knows one key.
 */
export function emitUpsert(emitter: Emitter, node: Insert, place: Place): void {
  if (node.returning.length > 0) {
    throw new NotConverted(
      'UPSERT',
      `RETURNING of ON DUPLICATE KEY UPDATE that may meet any of ${place.keys.length} unique keys`,
      'Say which key is meant: ON CONFLICT (column) DO UPDATE.',
    );
  }
  emitter.note('review', node, [
    'UPSERT',
    `a row may meet any of ${place.keys.length} unique keys: it is looked for, then inserted`,
    'Two sessions that insert the same key at once may meet a duplicate: retry, or name one key by ON CONFLICT.',
  ]);
  if (emitter.asks('ROW_COUNT')) emitter.out.line(`${emitter.temporary('_row_count', 'bigint', BIGINT).sql} := 0;`);
  const write = (one: Insert): void => {
    for (const row of upsertSteps(one, place) ?? []) emitRow(emitter, row);
  };
  if (node.source.tag === 'query') emitEachRow(emitter, node, node.source, write);
  else write(node);
}

/** ON DUPLICATE KEY UPDATE by one key whose own rows may meet each other: one row after the other, as the source does. */
export function emitRowByRow(emitter: Emitter, node: Insert): void {
  const isAsked = emitter.asks('ROW_COUNT');
  if (isAsked) emitter.out.line(`${emitter.temporary('_row_count', 'bigint', BIGINT).sql} := 0;`);
  const write = (one: Insert): void => {
    emitter.out.line(`${emitter.statement(one)};`);
    if (!isAsked) return;
    emitter.temporary('_met', 'bigint', BIGINT);
    emitter.out.line('GET DIAGNOSTICS _met = ROW_COUNT;');
    emitter.out.line('_row_count := _row_count + _met;');
  };
  if (node.source.tag === 'query') emitEachRow(emitter, node, node.source, write);
  else for (const row of rowsOf(node) ?? []) write({ ...node, source: oneRow(node, row) });
}

/** A loop over the rows of a query, each of which is inserted by itself. */
function emitEachRow(emitter: Emitter, node: Insert, query: Query, write: (one: Insert) => void): void {
  const items = itemsOf(emitter, query);
  if (items === undefined) throw new NotConverted('UPSERT', 'rows of unknown columns', 'Write it by hand.');
  const row = emitter.temporary(`_row_${emitter.next()}`, 'record', UNKNOWN).sql;
  const names = items.map((_, at) => `c${at + 1}`);
  emitter.out.line(`FOR ${row} IN SELECT * FROM (${emitter.query(query)}) AS _given(${names.join(', ')}) LOOP`);
  emitter.out.deeper(() => {
    const values = items.map(({ type }, at) =>
      nameNode(emitter.book.mark({ sql: `${row}.${names[at]}`, type, declared: 'text' }), node),
    );
    write({ ...node, source: { tag: 'rows', rows: [values], start: node.start, end: node.end } });
  });
  emitter.out.line('END LOOP;');
}

/** Whether rows of the same INSERT may have the same key, which PostgreSQL refuses to update twice in one statement. */
export function mayMeetEachOther(emitter: Emitter, node: Insert, { table, keys }: Place): boolean {
  const [unique] = keys;
  if (unique === undefined || node.onDuplicate === undefined) return false;
  const columns = columnsOf(node, table).map(key);
  const places = unique.map((name) => columns.indexOf(key(name)));
  if (node.source.tag === 'query') return !isDistinct(emitter, node.source, places);
  const rows = rowsOf(node) ?? [];
  const values = rows.map((row) => places.map((at) => literalOf(row[at])));
  if (values.some((list) => list.includes(undefined))) return rows.length > 1;
  return new Set(values.map((list) => list.join('\n'))).size < rows.length;
}

function literalOf(node: Expression | undefined): string | undefined {
  if (node?.tag === 'number') return String(Number(node.value));
  return node?.tag === 'string' ? node.value.trimEnd().toLowerCase() : undefined;
}

/** Rows of one table with its key, and those that are grouped by what goes into the key, are distinct in it. */
function isDistinct(emitter: Emitter, { body }: Query, places: readonly number[]): boolean {
  if (body.tag !== 'select' || body.isRollup) return false;
  const given = places.flatMap((at) => {
    const item = body.items[at];
    return item?.tag === 'item' ? [textOf(item.expression), key(item.alias?.text ?? '')] : [];
  });
  const [base, second] = body.from;
  if (body.groupBy.length > 0) return body.groupBy.every(({ expression }) => given.includes(textOf(expression)));
  if (base?.tag !== 'base' || second !== undefined) return false;
  const own = emitter.table(base.name.parts)?.shape.key ?? [];
  const columns = places.flatMap((at) => {
    const item = body.items[at];
    return item?.tag === 'item' && item.expression.tag === 'column' ? [textOf(item.expression)] : [];
  });
  return own.length > 0 && own.every((name) => columns.includes(key(name)));
}

function textOf(node: Expression): string {
  return node.tag === 'column' ? key(node.parts.at(-1)?.text ?? '') : JSON.stringify(node);
}

/** What the source's number means where rows are updated or replaced. */
export function noteRowCount(emitter: Emitter, node: Insert): void {
  if (!emitter.asks('ROW_COUNT') || (node.onDuplicate === undefined && !node.isReplace)) return;
  emitter.note('review', node, [
    'ROW_COUNT',
    'ROW_COUNT() is 2 on the source where a row was replaced or updated, 0 or 1 where an update changed nothing',
    'Check what is done with the number.',
  ]);
}

/** The statements for one row: an UPDATE by each key, of which the first that meets a row ends it, then the INSERT. */
export interface UpsertSteps {
  readonly updates: readonly Update[];
  readonly insert: Insert;
}

/** The steps for each row of VALUES or SET; undefined for the rows of a query. */
export function upsertSteps(node: Insert, { table, keys }: Place): readonly UpsertSteps[] | undefined {
  return rowsOf(node)?.map((row) => {
    const columns = columnsOf(node, table);
    const givenTo = (name: string): Expression => {
      const at = columns.findIndex((column) => key(column) === key(name));
      return row[at] ?? { tag: 'default', column: undefined, start: node.start, end: node.end };
    };
    const assignments = (node.onDuplicate ?? []).map((one) => ({
      ...one,
      value: withInserted(one.value, node, givenTo),
    }));
    return {
      updates: keys.map((unique) => updateOf(node, unique, assignments, givenTo)),
      insert: { ...node, source: oneRow(node, row), onDuplicate: undefined, rowAlias: undefined },
    };
  });
}

function emitRow(emitter: Emitter, { updates, insert }: UpsertSteps): void {
  const [update, ...others] = updates;
  const isAsked = emitter.asks('ROW_COUNT');
  if (update === undefined) {
    emitter.out.line(`${emitter.statement(insert)};`);
    if (isAsked) emitter.out.line('_row_count := _row_count + 1;');
    return;
  }
  emitter.out.line(`${emitter.statement(update)};`);
  emitter.out.line('IF NOT FOUND THEN');
  emitter.out.deeper(() => emitRow(emitter, { updates: others, insert }));
  if (isAsked) {
    emitter.out.line('ELSE');
    emitter.out.deeper(() => emitter.out.line('_row_count := _row_count + 2;'));
  }
  emitter.out.line('END IF;');
}

function oneRow(node: Insert, row: readonly Expression[]): Insert['source'] {
  return node.source.tag === 'set' ? node.source : { tag: 'rows', rows: [row], start: node.start, end: node.end };
}

function updateOf(
  node: Insert,
  unique: readonly string[],
  assignments: readonly Assignment[],
  givenTo: (name: string) => Expression,
): Update {
  const { start, end } = node;
  const table = node.table.parts.at(-1)?.text ?? '';
  const tests = unique.map((name): Expression => {
    return { tag: 'comparison', operator: '=', left: column(table, name, node), right: givenTo(name), start, end };
  });
  const [only] = tests;
  const where: Expression | undefined =
    tests.length === 1 ? only : { tag: 'logical', operator: 'and', operands: tests, start, end };
  const base = {
    tag: 'base',
    name: node.table,
    alias: undefined,
    partitions: [],
    hints: [],
    systemTime: undefined,
    start,
    end,
  } as const;
  const rest = { with: undefined, isIgnore: false, options: [], orderBy: [], limit: undefined } as const;
  return { tag: 'update', ...rest, tables: [base], assignments, where, start, end };
}

function column(table: string, name: string, { start, end }: Span): Expression {
  const part = (text: string): Name => ({ text, isQuoted: true, start, end });
  return { tag: 'column', parts: [part(table), part(name)], start, end };
}

/** `VALUES(c)` and `new.c` are what was to be inserted. */
function withInserted(value: Expression, node: Insert, givenTo: (name: string) => Expression): Expression {
  const row = node.rowAlias?.name.text;
  return substitute(value, (part) => {
    if (part.tag === 'inserted-value')
      return part.column.tag === 'column' ? givenTo(part.column.parts.at(-1)?.text ?? '') : undefined;
    if (part.tag !== 'column' || row === undefined || part.parts.length !== 2) return undefined;
    const [table, name] = part.parts;
    return key(table?.text ?? '') === key(row) ? givenTo(name?.text ?? '') : undefined;
  });
}

function columnsOf({ source, columns }: Insert, table: KnownTable): readonly string[] {
  if (source.tag === 'set') return source.assignments.map(({ column: parts }) => parts.at(-1)?.text ?? '');
  return columns.length > 0
    ? columns.map((parts) => parts.at(-1)?.text ?? '')
    : table.shape.columns.map(({ name }) => name);
}

function rowsOf({ source }: Insert): readonly (readonly Expression[])[] | undefined {
  if (source.tag === 'set') return [source.assignments.map(({ value }) => value)];
  return source.tag === 'rows' ? source.rows : undefined;
}
