import type { Name } from '../expression.ts';
import type { TableName, With } from '../query.ts';
import type { Insert } from '../statement.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readAssignment, readOptionWords } from './change.ts';
import { readNames } from './query.ts';
import { readSelectItems } from './select.ts';
import { readPartitions, readTableName } from './table.ts';

const OPTIONS = ['LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY', 'IGNORE'];

/** Reads INSERT and REPLACE in all their forms. */
export function readInsert(cursor: TokenCursor, start: number, before: With | undefined): Insert {
  const isReplace = cursor.next().upper === 'REPLACE';
  const options = readOptionWords(cursor, OPTIONS);
  cursor.takeWords('INTO');
  const table: TableName = readTableName(cursor);
  const partitions = readPartitions(cursor);
  const columns = readColumns(cursor);
  const source = readSource(cursor, columns !== undefined);
  const rowAlias = readRowAlias(cursor);
  const onDuplicate = cursor.takeWords('ON', 'DUPLICATE', 'KEY', 'UPDATE')
    ? cursor.list(() => readAssignment(cursor))
    : undefined;
  const returning = cursor.takeWords('RETURNING') ? readSelectItems(cursor) : [];
  const head = { tag: 'insert', with: before, isReplace, isIgnore: options.includes('IGNORE'), options } as const;
  const tail = { columns: columns ?? [], source, rowAlias, onDuplicate, returning };
  return { ...head, table, partitions, ...tail, ...cursor.since(start) };
}

/** `(a, b)`, also `()`; a parenthesis before a query is the query's. */
function readColumns(cursor: TokenCursor): readonly (readonly Name[])[] | undefined {
  if (!cursor.isOperator('(')) return undefined;
  const { upper } = cursor.peek(1);
  if (cursor.isOperator('(', 1) || upper === 'SELECT' || upper === 'WITH' || upper === 'TABLE') return undefined;
  return cursor.inParentheses(() => (cursor.isOperator(')') ? [] : cursor.list(() => cursor.path())));
}

function readSource(cursor: TokenCursor, hasColumns: boolean): Insert['source'] {
  const { start } = cursor.peek();
  if (!hasColumns && cursor.takeWords('SET')) {
    return { tag: 'set', assignments: cursor.list(() => readAssignment(cursor)), ...cursor.since(start) };
  }
  const isRows = cursor.isOperator('(', 1) && (cursor.isWord('VALUES') || cursor.isWord('VALUE'));
  if (!isRows) return cursor.query();
  cursor.next();
  const rows = cursor.list(() =>
    cursor.inParentheses(() => (cursor.isOperator(')') ? [] : cursor.list(() => cursor.expression()))),
  );
  return { tag: 'rows', rows, ...cursor.since(start) };
}

function readRowAlias(cursor: TokenCursor): Insert['rowAlias'] {
  if (!cursor.takeWords('AS')) return undefined;
  const name = cursor.name();
  return { name, columns: cursor.isOperator('(') ? readNames(cursor) : [] };
}
