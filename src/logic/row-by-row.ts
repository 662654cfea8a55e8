import type { Expression, Name, OrderItem } from '../sql/expression.ts';
import type { Query } from '../sql/query.ts';
import type { Span } from '../sql/span.ts';
import type { Delete, Update } from '../sql/statement.ts';
import { BIGINT, UNKNOWN, type ValueType } from '../sql/value-type.ts';
import type { KnownTable } from './catalogue.ts';
import type { Emitter } from './emitter.ts';
import { nameNode } from './substitute.ts';
import { key } from './table-access.ts';
import type { Variable } from './variable-book.ts';

/** The table of a change of one table whose rows a primary key tells apart; undefined for any other. */
export function keyedTable(emitter: Emitter, { tables, with: common }: Update | Delete): KnownTable | undefined {
  const [base] = tables;
  if (base?.tag !== 'base' || tables.length > 1 || common !== undefined) return undefined;
  const table = emitter.table(base.name.parts);
  return table === undefined || table.shape.key.length === 0 ? undefined : table;
}

/** The keys of the rows that a change of a keyed table meets, chosen before any is changed, and its change of one row. */
export interface KeyedRows<Of> {
  /** In the order of the statement, else in that of the primary key, in which InnoDB reads a table. */
  readonly query: Query;
  /** `placeOf` gives what holds a column of the key, by its place and type. */
  readonly change: (placeOf: (at: number, type: ValueType) => Variable) => Of;
}

/** undefined where no key tells the rows apart. */
export function keyedRows<Of extends Update | Delete>(emitter: Emitter, node: Of): KeyedRows<Of> | undefined {
  const [base] = node.tables;
  const table = keyedTable(emitter, node);
  if (base?.tag !== 'base' || table === undefined) return undefined;
  const qualifier = base.alias ?? base.name.parts.at(-1);
  const keys = table.shape.key.map((name) => columnOf(qualifier, name, node));
  return {
    query: keysOf(node, keys),
    change: (placeOf) => ofRow(emitter, node, { table, keys, placeOf }),
  };
}

/** A loop over the rows that a change of a keyed table meets, one after the other. */
export function changeRowByRow<Of extends Update | Delete>(emitter: Emitter, node: Of, write: (one: Of) => void): void {
  const rows = keyedRows(emitter, node);
  if (rows === undefined) return;
  const { out } = emitter;
  const { query, change } = rows;
  const row = emitter.temporary(`_row_${emitter.next()}`, 'record', UNKNOWN).sql;
  const items = query.body.tag === 'select' ? query.body.items : [];
  const names = items.map((_, at) => `k${at + 1}`);
  const asked = emitter.asks('ROW_COUNT') ? emitter.temporary('_row_count', 'bigint', BIGINT).sql : undefined;
  if (asked !== undefined) out.line(`${asked} := 0;`);
  out.line(`FOR ${row} IN SELECT * FROM (${emitter.query(query)}) AS _given(${names.join(', ')}) LOOP`);
  out.deeper(() => {
    if (asked !== undefined) out.line(`${asked} := ${asked} + 1;`);
    write(change((at, type) => ({ sql: `${row}.${names[at]}`, type, declared: 'text' })));
  });
  out.line('END LOOP;');
}

function columnOf(qualifier: Name | undefined, text: string, { start, end }: Span): Expression {
  const name: Name = { text, isQuoted: true, start, end };
  return { tag: 'column', parts: qualifier === undefined ? [name] : [qualifier, name], start, end };
}

/** The keys of the rows that the statement meets. */
function keysOf({ tables, where, orderBy, limit, start, end }: Update | Delete, keys: readonly Expression[]): Query {
  const items = keys.map((expression) => ({ tag: 'item', expression, alias: undefined, start, end }) as const);
  const clauses = { groupBy: [], isRollup: false, having: undefined, windows: [], options: [], isDistinct: false };
  const byKey = keys.map((expression): OrderItem => ({ expression, isDescending: false, start, end }));
  return {
    tag: 'query',
    body: { tag: 'select', items, from: tables, where, ...clauses, start, end },
    orderBy: orderBy.length > 0 ? orderBy : byKey,
    ...{ with: undefined, limit, locks: [], into: undefined, start, end },
  };
}

interface Row {
  readonly table: KnownTable;
  readonly keys: readonly Expression[];
  readonly placeOf: (at: number, type: ValueType) => Variable;
}

/** The statement for one row. */
function ofRow<Of extends Update | Delete>(emitter: Emitter, node: Of, { table, keys, placeOf }: Row): Of {
  const { start, end } = node;
  const tests = keys.map((left, at): Expression => {
    const name = key(table.shape.key[at] ?? '');
    const type = table.shape.columns.find((column) => key(column.name) === name)?.type ?? UNKNOWN;
    const right = nameNode(emitter.book.mark(placeOf(at, type)), node);
    return { tag: 'comparison', operator: '=', left, right, start, end };
  });
  const [only] = tests;
  const where: Expression | undefined =
    tests.length === 1 ? only : { tag: 'logical', operator: 'and', operands: tests, start, end };
  return { ...node, orderBy: [], limit: undefined, where };
}
