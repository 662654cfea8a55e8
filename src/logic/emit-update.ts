import type { Expression, Name } from '../sql/expression.ts';
import { quoteName } from '../sql/fragment.ts';
import type { Query, SelectItem, TableReference } from '../sql/query.ts';
import type { Source } from '../sql/query-scope.ts';
import type { Span } from '../sql/span.ts';
import type { Assignment, Delete, Update } from '../sql/statement.ts';
import { BIGINT } from '../sql/value-type.ts';
import type { KnownTable } from './catalogue.ts';
import { type Emitter, NotConverted } from './emitter.ts';
import { sourcesOf } from './item-type.ts';
import { substitute } from './substitute.ts';
import { key } from './table-access.ts';
import { walk } from './walk.ts';

type Base = Extract<TableReference, { tag: 'base' }>;

interface Target {
  readonly table: KnownTable;
  readonly sources: readonly Source[];
}

/** UPDATE. */
export function emitUpdate(emitter: Emitter, node: Update): void {
  if (node.with !== undefined || node.isIgnore)
    throw new NotConverted('CONSTRUCT', 'UPDATE with WITH or IGNORE', 'Write it by hand.');
  const [only] = node.tables;
  if (node.tables.length === 1 && only?.tag === 'base') updateOne(emitter, node, only);
  else updateJoin(emitter, node);
  count(emitter);
}

function count(emitter: Emitter): void {
  if (!emitter.asks('ROW_COUNT')) return;
  emitter.temporary('_row_count', 'bigint', BIGINT);
  emitter.out.line('GET DIAGNOSTICS _row_count = ROW_COUNT;');
}

function updateOne(emitter: Emitter, node: Update, base: Base): void {
  const table = known(emitter, base);
  const sources = [sourceOf(base, table)];
  const set = leftToRight(emitter, node.assignments, { table, sources });
  const where = restriction(emitter, node, { base, table });
  emitter.out.line(`UPDATE ${named(base, table)} SET ${set}${where};`);
}

function known(emitter: Emitter, base: Base): KnownTable {
  const table = emitter.table(base.name.parts);
  if (table !== undefined) return table;
  const name = base.name.parts.map(({ text }) => text).join('.');
  throw new NotConverted(
    'UNKNOWN_TABLE',
    `nothing is known of the table ${name}`,
    'Convert with the source at hand, or with the file that makes the table.',
  );
}

function nameOf(base: Base): string {
  return base.alias?.text ?? base.name.parts.at(-1)?.text ?? '';
}

function named(base: Base, table: KnownTable): string {
  return base.alias === undefined ? table.shape.sql : `${table.shape.sql} AS ${quoteName(base.alias.text)}`;
}

function sourceOf(base: Base, table: KnownTable): Source {
  return { name: nameOf(base), columns: table.shape.columns, isOpen: false, key: table.shape.key };
}

/**
 * The assignments of SET. MySQL works from left to right, so that a later one sees what an earlier one set; PostgreSQL
 * gives all of them the row as it was: what was set is put in the place of its column.
 */
export function leftToRight(emitter: Emitter, assignments: readonly Assignment[], { table, sources }: Target): string {
  const before = new Map<string, Expression>();
  const parts = assignments.map(({ column, value }) => {
    const name = key(column.at(-1)?.text ?? '');
    const own = table.shape.columns.find((one) => key(one.name) === name);
    const now = substitute(value, (part) =>
      part.tag === 'column' && emitter.variable(part.parts) === undefined
        ? before.get(key(part.parts.at(-1)?.text ?? ''))
        : undefined,
    );
    before.set(name, now);
    const sql =
      now.tag === 'default' && now.column === undefined
        ? 'DEFAULT'
        : emitter.sql(now, own === undefined ? 'value' : { column: own.type }, sources);
    return `${own?.sql ?? quoteName(name)} = ${sql}`;
  });
  // A column that is set twice has its last value, which has the first one in it.
  const last = new Map(assignments.map(({ column }, at) => [key(column.at(-1)?.text ?? ''), at]));
  return parts.filter((_, at) => [...last.values()].includes(at)).join(', ');
}

type Restricted = Pick<Update, 'where' | 'orderBy' | 'limit' | 'start' | 'end'>;

/** WHERE; with ORDER BY and LIMIT the rows are chosen first, by their key. */
function restriction(
  emitter: Emitter,
  node: Restricted,
  { base, table }: { readonly base: Base; readonly table: KnownTable },
): string {
  if (node.limit === undefined) {
    return node.where === undefined ? '' : `\nWHERE ${emitter.sql(node.where, 'condition', [sourceOf(base, table)])}`;
  }
  const { key: own } = table.shape;
  const columns = own.length === 0 ? ['ctid'] : own;
  const place = `${quoteName(nameOf(base))}.ctid`;
  const row = emitter.book.mark({ sql: place, type: { kind: 'other', name: 'tid' }, declared: 'tid' });
  const items =
    own.length === 0 ? [columnItem([row], node)] : own.map((name) => columnItem([nameOf(base), name], node));
  const query = selectOf(node, { items, from: [base], where: node.where, orderBy: node.orderBy, limit: node.limit });
  return `\nWHERE (${columns.map((name) => `${quoteName(nameOf(base))}.${quoteName(name)}`).join(', ')}) IN (${emitter.query(query)})`;
}

function columnItem(parts: readonly string[], span: Span, alias?: string): SelectItem {
  const { start, end } = span;
  const name = (text: string): Name => ({ text, isQuoted: true, start, end });
  const expression: Expression = { tag: 'column', parts: parts.map(name), start, end };
  return { tag: 'item', expression, alias: alias === undefined ? undefined : name(alias), start, end };
}

type Parts = Pick<Query, 'orderBy' | 'limit'> & {
  readonly items: readonly SelectItem[];
  readonly from: readonly TableReference[];
  readonly where: Expression | undefined;
};

function selectOf({ start, end }: Span, { items, from, where, orderBy, limit }: Parts): Query {
  const clauses = { groupBy: [], isRollup: false, having: undefined, windows: [], options: [], isDistinct: false };
  const body = { tag: 'select', items, from, where, ...clauses, start, end } as const;
  return { tag: 'query', with: undefined, body, orderBy, limit, locks: [], into: undefined, start, end };
}

/** The rows are found by a query that gives the key and the new values of each. */
function updateJoin(emitter: Emitter, node: Update): void {
  const bases = basesOf(node.tables);
  const sources = sourcesOf(emitter, node.tables);
  const targets = new Set(node.assignments.map(({ column }) => ownerOf(column, bases, sources)));
  const [base] = targets;
  if (base === undefined || targets.size > 1)
    throw new NotConverted('UPDATE_JOIN', 'several tables are set at once', 'Update one table after the other.');
  const table = known(emitter, base);
  const { key: columns } = table.shape;
  if (columns.length === 0)
    throw new NotConverted('UPDATE_JOIN', 'the table that is set has no key', 'Write it with UPDATE ... FROM.');
  if (node.limit !== undefined)
    throw new NotConverted('UPDATE_JOIN', 'UPDATE of a join with LIMIT', 'Choose the rows first.');
  const keys = columns.map((name, at) => columnItem([nameOf(base), name], node, `key_${at + 1}`));
  const values = node.assignments.map(
    ({ value, start, end }, at): SelectItem => ({
      tag: 'item',
      expression: value,
      alias: { text: `value_${at + 1}`, isQuoted: true, start, end },
      start,
      end,
    }),
  );
  refuseChain(node.assignments);
  const rows = emitter.query(
    selectOf(node, {
      items: [...keys, ...values],
      from: node.tables,
      where: node.where,
      orderBy: [],
      limit: undefined,
    }),
  );
  const target = quoteName(nameOf(base));
  const set = node.assignments.map(({ column }, at) => `${columnOf(table, column)} = found.value_${at + 1}`).join(', ');
  const join = columns.map((name, at) => `${target}.${quoteName(name)} = found.key_${at + 1}`).join(' AND ');
  emitter.out.line(`UPDATE ${named(base, table)} SET ${set}\nFROM (${rows}) AS found\nWHERE ${join};`);
}

function columnOf(table: KnownTable, parts: readonly Name[]): string {
  const name = parts.at(-1)?.text ?? '';
  return table.shape.columns.find((one) => key(one.name) === key(name))?.sql ?? quoteName(name);
}

/** A later assignment that reads an earlier one's column would see the old value. */
function refuseChain(assignments: readonly Assignment[]): void {
  const before = new Set<string>();
  for (const { column, value } of assignments) {
    walk(value, (node) => {
      if (node.tag === 'column' && before.has(key(node.parts.at(-1)?.text ?? ''))) {
        throw new NotConverted(
          'UPDATE_JOIN',
          'a column is read that was set before it',
          'Write the new value in its place.',
        );
      }
      return undefined;
    });
    before.add(key(column.at(-1)?.text ?? ''));
  }
}

function basesOf(tables: readonly TableReference[]): readonly Base[] {
  const found: Base[] = [];
  for (const table of tables) {
    walk(table, (node) => {
      if (node.tag === 'derived' || node.tag === 'subquery') return false;
      if (node.tag === 'base') found.push(node);
      return undefined;
    });
  }
  return found;
}

function ownerOf(column: readonly Name[], bases: readonly Base[], sources: readonly Source[]): Base {
  const name = key(column.at(-1)?.text ?? '');
  const qualifier = column.at(-2)?.text;
  const at = sources.findIndex((source) =>
    qualifier === undefined
      ? source.columns.some((one) => key(one.name) === name)
      : key(source.name ?? '') === key(qualifier),
  );
  const found = bases[at];
  if (found === undefined)
    throw new NotConverted('UPDATE_JOIN', `it is not known whose column ${name} is`, 'Name its table.');
  return found;
}

/** DELETE; from a join, the rows of every table are chosen before any goes. */
export function emitDelete(emitter: Emitter, node: Delete): void {
  if (node.with !== undefined || node.returning.length > 0)
    throw new NotConverted('CONSTRUCT', 'DELETE with WITH or RETURNING', 'Write it by hand.');
  const [only] = node.tables;
  if (!node.isMulti && only?.tag === 'base') {
    const table = known(emitter, only);
    emitter.out.line(`DELETE FROM ${named(only, table)}${restriction(emitter, node, { base: only, table })};`);
  } else {
    deleteJoin(emitter, node);
  }
  count(emitter);
}

function deleteJoin(emitter: Emitter, node: Delete): void {
  const bases = basesOf(node.tables);
  const targets = node.targets.map(({ parts }) =>
    bases.find((base) => key(nameOf(base)) === key(parts.at(-1)?.text ?? '')),
  );
  const found = targets.map((base) => (base === undefined ? undefined : { base, table: known(emitter, base) }));
  if (found.some((one) => one === undefined || one.table.shape.key.length === 0)) {
    throw new NotConverted(
      'DELETE_JOIN',
      'a table that loses rows has no key, or is not known',
      'Write it with DELETE ... USING.',
    );
  }
  const all = found.flatMap((one) => one ?? []);
  const items = all.flatMap(({ base, table }, at) =>
    table.shape.key.map((name, column) => columnItem([nameOf(base), name], node, `key_${at + 1}_${column + 1}`)),
  );
  const rows = emitter.query(
    selectOf(node, { items, from: node.tables, where: node.where, orderBy: [], limit: undefined }),
  );
  const deletes = all.map(({ table }, at) => {
    const columns = table.shape.key;
    const keys = columns.map((_, column) => `key_${at + 1}_${column + 1}`).join(', ');
    return `DELETE FROM ${table.shape.sql} WHERE (${columns.map(quoteName).join(', ')}) IN (SELECT ${keys} FROM found)`;
  });
  const others = deletes.slice(1).map((sql, at) => `, deleted_${at + 1} AS (${sql})`);
  emitter.out.line(`WITH found AS MATERIALIZED (${rows})${others.join('')}\n${deletes[0]};`);
  if (others.length > 0)
    emitter.note('review', node, [
      'DELETE_JOIN',
      'several tables lose rows in one statement',
      'ROW_COUNT() counts those of the first.',
    ]);
}
