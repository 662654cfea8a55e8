import type { Expression, Name } from '../sql/expression.ts';
import type { Span } from '../sql/span.ts';
import type { Assignment, Insert, Update } from '../sql/statement.ts';
import type { KnownTable } from './catalogue.ts';
import { type Emitter, NotConverted } from './emitter.ts';
import { substitute } from './substitute.ts';
import { key } from './table-access.ts';

interface Place {
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
  const rows = rowsOf(node);
  if (rows === undefined || node.returning.length > 0) {
    throw new NotConverted(
      'UPSERT',
      `ON DUPLICATE KEY UPDATE of the rows of a query may meet any of ${place.keys.length} unique keys`,
      'Say which key is meant: ON CONFLICT (column) DO UPDATE.',
    );
  }
  emitter.note('review', node, [
    'UPSERT',
    `a row may meet any of ${place.keys.length} unique keys: it is looked for, then inserted`,
    'Two sessions that insert the same key at once may meet a duplicate: retry, or name one key by ON CONFLICT.',
  ]);
  for (const row of rows) emitRow(emitter, node, row, place);
}

function emitRow(emitter: Emitter, node: Insert, row: readonly Expression[], { table, keys }: Place): void {
  const columns = columnsOf(node, table);
  const givenTo = (name: string): Expression => {
    const at = columns.findIndex((column) => key(column) === key(name));
    return row[at] ?? { tag: 'default', column: undefined, start: node.start, end: node.end };
  };
  const assignments = (node.onDuplicate ?? []).map((one) => ({
    ...one,
    value: withInserted(one.value, node, givenTo),
  }));
  const [first = [], ...others] = keys;
  const insert = (): void => {
    const plain: Insert = { ...node, source: oneRow(node, row), onDuplicate: undefined, rowAlias: undefined };
    emitter.out.line(`${emitter.statement(plain)};`);
  };
  const step = (unique: readonly string[], rest: readonly (readonly string[])[]): void => {
    emitter.out.line(`${emitter.statement(updateOf(node, unique, assignments, givenTo))};`);
    emitter.out.line('IF NOT FOUND THEN');
    emitter.out.deeper(() => {
      const [next, ...after] = rest;
      if (next === undefined) insert();
      else step(next, after);
    });
    emitter.out.line('END IF;');
  };
  step(first, others);
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
