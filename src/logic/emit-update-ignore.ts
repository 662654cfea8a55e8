import type { Expression, Name, OrderItem } from '../sql/expression.ts';
import type { Query } from '../sql/query.ts';
import type { Span } from '../sql/span.ts';
import type { Update } from '../sql/statement.ts';
import { BIGINT, UNKNOWN } from '../sql/value-type.ts';
import type { KnownTable } from './catalogue.ts';
import type { Emitter } from './emitter.ts';
import { nameNode } from './substitute.ts';
import { key } from './table-access.ts';

/**
 * Whether it is an UPDATE IGNORE of one table that gives a unique key new values: rows whose key is there already stay as
 * they are, which one statement of PostgreSQL cannot do.
 */
export function leavesRowsOut(emitter: Emitter, node: Update): boolean {
  const [base] = node.tables;
  if (!node.isIgnore || node.limit !== undefined || node.with !== undefined) return false;
  if (base?.tag !== 'base' || node.tables.length > 1) return false;
  const table = emitter.table(base.name.parts);
  if (table === undefined || table.shape.key.length === 0) return false;
  const names = new Set(table.uniques.flat().map(key));
  return node.assignments.some(({ column }) => names.has(key(column.at(-1)?.text ?? '')));
}

/** Row by row, in the order of the statement, else in that of the primary key, in which InnoDB reads a table. */
export function emitUpdateIgnore(emitter: Emitter, node: Update): void {
  const [base] = node.tables;
  const table = base?.tag === 'base' ? emitter.table(base.name.parts) : undefined;
  if (base?.tag !== 'base' || table === undefined) return;
  note(emitter, node, table);
  const { out } = emitter;
  const qualifier = base.alias ?? base.name.parts.at(-1);
  const keys = table.shape.key.map((name) => columnOf(qualifier, name, node));
  const row = emitter.temporary(`_row_${emitter.next()}`, 'record', UNKNOWN).sql;
  const names = keys.map((_, at) => `k${at + 1}`);
  const asked = emitter.asks('ROW_COUNT') ? emitter.temporary('_row_count', 'bigint', BIGINT).sql : undefined;
  if (asked !== undefined) out.line(`${asked} := 0;`);
  out.line(`FOR ${row} IN SELECT * FROM (${emitter.query(keysOf(node, keys))}) AS _given(${names.join(', ')}) LOOP`);
  out.deeper(() => {
    // Those that are left out were met.
    if (asked !== undefined) out.line(`${asked} := ${asked} + 1;`);
    out.line('BEGIN');
    out.deeper(() => out.line(`${emitter.statement(ofRow(emitter, node, { table, keys, row, names }))};`));
    out.line('EXCEPTION');
    out.deeper(() => out.line('WHEN unique_violation THEN NULL;'));
    out.line('END;');
  });
  out.line('END LOOP;');
}

function note(emitter: Emitter, node: Update, { shape }: KnownTable): void {
  const order = node.orderBy.length > 0 ? 'the order of the statement' : 'the order of the primary key';
  emitter.note('review', node, [
    'IGNORE',
    `rows whose key is there already are left out one by one, in ${order}`,
    'Check that the order is that of the source, and that nothing else fails: other errors are ignored there.',
  ]);
  const names = node.assignments.map(({ column }) => key(column.at(-1)?.text ?? ''));
  const texts = shape.columns.filter(({ type }) => type.kind === 'text' && type.rule === 'lower');
  if (!texts.some(({ name }) => names.includes(key(name)))) return;
  emitter.note('review', node, [
    'KEY_CASE',
    'rows collide by a text that the source compares without regard to case',
    'Make the column citext, or the key one over lower().',
  ]);
}

function columnOf(qualifier: Name | undefined, text: string, { start, end }: Span): Expression {
  const name: Name = { text, isQuoted: true, start, end };
  return { tag: 'column', parts: qualifier === undefined ? [name] : [qualifier, name], start, end };
}

/** The keys of the rows that the statement meets, before it changes any. */
function keysOf({ tables, where, orderBy, start, end }: Update, keys: readonly Expression[]): Query {
  const items = keys.map((expression) => ({ tag: 'item', expression, alias: undefined, start, end }) as const);
  const clauses = { groupBy: [], isRollup: false, having: undefined, windows: [], options: [], isDistinct: false };
  const byKey = keys.map((expression): OrderItem => ({ expression, isDescending: false, start, end }));
  return {
    tag: 'query',
    body: { tag: 'select', items, from: tables, where, ...clauses, start, end },
    orderBy: orderBy.length > 0 ? orderBy : byKey,
    ...{ with: undefined, limit: undefined, locks: [], into: undefined, start, end },
  };
}

interface Row {
  readonly table: KnownTable;
  readonly keys: readonly Expression[];
  readonly row: string;
  readonly names: readonly string[];
}

/** The statement for the row of the loop alone. */
function ofRow(emitter: Emitter, node: Update, { table, keys, row, names }: Row): Update {
  const { start, end } = node;
  const tests = keys.map((left, at): Expression => {
    const type = table.shape.columns.find(({ name }) => name === table.shape.key[at])?.type ?? UNKNOWN;
    const right = nameNode(emitter.book.mark({ sql: `${row}.${names[at]}`, type, declared: 'text' }), node);
    return { tag: 'comparison', operator: '=', left, right, start, end };
  });
  const [only] = tests;
  const where: Expression | undefined =
    tests.length === 1 ? only : { tag: 'logical', operator: 'and', operands: tests, start, end };
  return { ...node, isIgnore: false, options: node.options.filter((word) => word !== 'IGNORE'), orderBy: [], where };
}
