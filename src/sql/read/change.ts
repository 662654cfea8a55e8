import type { Expression, Name } from '../expression.ts';
import type { TableName, TableReference, With } from '../query.ts';
import type { Assignment, Delete, Update } from '../statement.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readLimit, readOrderBy } from './order.ts';
import { readSelectItems } from './select.ts';
import { readPartitions, readTableAlias, readTableName, readTables } from './table.ts';

/** Reads `column = value`; DEFAULT is a value. */
export function readAssignment(cursor: TokenCursor): Assignment {
  const { start } = cursor.peek();
  const column = cursor.path();
  if (!cursor.takeOperator('=')) cursor.expectOperator(':=');
  const value = cursor.expression();
  return { column, value, ...cursor.since(start) };
}

/** Takes these words as long as one of them comes next. */
export function readOptionWords(cursor: TokenCursor, words: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (;;) {
    const word = cursor.takeOneOf(words);
    if (word === undefined) return found;
    found.push(word);
  }
}

/** Reads UPDATE in its single-table and multi-table forms. */
export function readUpdate(cursor: TokenCursor, start: number, before: With | undefined): Update {
  cursor.expectWord('UPDATE');
  const options = readOptionWords(cursor, ['LOW_PRIORITY', 'IGNORE']);
  const tables = readTables(cursor);
  cursor.expectWord('SET');
  const assignments = cursor.list(() => readAssignment(cursor));
  const where = readWhere(cursor);
  const orderBy = readOrderBy(cursor);
  const limit = readLimit(cursor);
  const isIgnore = options.includes('IGNORE');
  const clauses = { options, tables, assignments, where, orderBy, limit };
  return { tag: 'update', with: before, isIgnore, ...clauses, ...cursor.since(start) };
}

function readWhere(cursor: TokenCursor): Expression | undefined {
  return cursor.takeWords('WHERE') ? cursor.expression() : undefined;
}

/** Reads DELETE: `FROM t`, `a, b FROM joins`, `FROM a, b USING joins`. */
export function readDelete(cursor: TokenCursor, start: number, before: With | undefined): Delete {
  cursor.expectWord('DELETE');
  const options = readOptionWords(cursor, ['LOW_PRIORITY', 'QUICK', 'IGNORE']);
  const source = cursor.takeWords('FROM') ? readFromForm(cursor) : readTargetForm(cursor);
  const where = readWhere(cursor);
  const orderBy = readOrderBy(cursor);
  const limit = readLimit(cursor);
  const returning = cursor.takeWords('RETURNING') ? readSelectItems(cursor) : [];
  const isIgnore = options.includes('IGNORE');
  const clauses = { options, ...source, where, orderBy, limit, returning };
  return { tag: 'delete', with: before, isIgnore, ...clauses, ...cursor.since(start) };
}

type Source = Pick<Delete, 'targets' | 'tables' | 'isMulti'>;

function readTargetForm(cursor: TokenCursor): Source {
  const targets = cursor.list(() => readTarget(cursor));
  cursor.expectWord('FROM');
  return { targets, tables: readTables(cursor), isMulti: true };
}

function readFromForm(cursor: TokenCursor): Source {
  const first = readTarget(cursor);
  const rest = cursor.takeOperator(',') ? cursor.list(() => readTarget(cursor)) : [];
  if (rest.length > 0 || cursor.isWord('USING')) {
    cursor.expectWord('USING');
    return { targets: [first, ...rest], tables: readTables(cursor), isMulti: true };
  }
  return { targets: [first], tables: [single(cursor, first)], isMulti: false };
}

/** Partition and alias may come in either order: MySQL has the alias first. */
function single(cursor: TokenCursor, name: TableName): TableReference {
  const early: readonly Name[] = readPartitions(cursor);
  const isAlias = cursor.isWord('AS') || (cursor.isName() && !cursor.isWord('LIMIT'));
  const alias = isAlias ? readTableAlias(cursor) : undefined;
  const partitions = early.length > 0 ? early : readPartitions(cursor);
  const rest = { name, alias, partitions, hints: [], systemTime: undefined };
  return { tag: 'base', ...rest, ...cursor.since(name.start) };
}

/** A table that loses rows; `t.*` is the same as `t`. */
function readTarget(cursor: TokenCursor): TableName {
  const name = readTableName(cursor);
  if (cursor.takeOperator('.')) cursor.expectOperator('*');
  return name;
}
