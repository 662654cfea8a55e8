import type { Context } from '../context.ts';
import { quoteName } from '../fragment.ts';
import type { Lock, Query, Select, TableReference } from '../query.ts';

/** Where the locks of a query go. */
export interface PrintedLocks {
  /** Behind the query; '' for none. */
  readonly behind: string;
  /** Behind the rows that are read, which stand in a subquery of their own: the target locks no groups. */
  readonly inside: string | undefined;
}

/** Prints FOR UPDATE and FOR SHARE where PostgreSQL takes them. */
export function printLocks({ locks, body }: Query, context: Context): PrintedLocks {
  if (locks.length === 0) return { behind: '', inside: undefined };
  for (const lock of locks) {
    if (lock.wait === 'wait') context.report('SESSION', lock, 'WAIT is lock_timeout on the target');
  }
  const [first] = locks;
  if (first === undefined || body.tag !== 'select') {
    if (first !== undefined) context.report('CONSTRUCT', first, 'rows of a query of several parts are locked');
    return { behind: '', inside: undefined };
  }
  const isGrouped = body.isDistinct || body.groupBy.length > 0 || holdsAggregate(body);
  if (isGrouped) return grouped(body, first, locks, context);
  return { behind: locks.map((lock) => printLock(lock, nullable(body, lock, context))).join(' '), inside: undefined };
}

function grouped(body: Select, first: Lock, locks: readonly Lock[], context: Context): PrintedLocks {
  const [table] = body.from;
  if (body.from.length === 1 && table?.tag === 'base') {
    return { behind: '', inside: locks.map((lock) => printLock(lock, undefined)).join(' ') };
  }
  context.report('CONSTRUCT', first, 'rows of several tables are grouped and locked');
  return { behind: '', inside: undefined };
}

/** The tables that can be locked where an outer join makes others NULL; undefined when all can. */
function nullable(body: Select, lock: Lock, context: Context): readonly string[] | undefined {
  if (lock.tables.length > 0) return undefined;
  const found = body.from.flatMap((table) => sides(table, false));
  if (found.every(({ isNullable }) => !isNullable)) return undefined;
  context.report('LOCK', lock, 'rows of the optional side of an outer join are not locked');
  return found.flatMap(({ name, isNullable }) => (isNullable || name === undefined ? [] : [name]));
}

interface Side {
  readonly name: string | undefined;
  readonly isNullable: boolean;
}

function sides(node: TableReference, isNullable: boolean): readonly Side[] {
  if (node.tag === 'list') return node.tables.flatMap((table) => sides(table, isNullable));
  if (node.tag === 'join') {
    const left = sides(node.left, isNullable || node.kind === 'right');
    return [...left, ...sides(node.right, isNullable || node.kind === 'left')];
  }
  const name = node.alias?.text ?? (node.tag === 'base' ? node.name.parts.at(-1)?.text : undefined);
  return [{ name, isNullable }];
}

function printLock(lock: Lock, tables: readonly string[] | undefined): string {
  const names = tables ?? lock.tables.map(({ text }) => text);
  const of = names.length === 0 ? '' : ` OF ${names.map(quoteName).join(', ')}`;
  const wait = { nowait: ' NOWAIT', 'skip-locked': ' SKIP LOCKED', wait: '' }[lock.wait ?? 'wait'];
  return `FOR ${lock.strength.toUpperCase()}${of}${wait}`;
}

/** An aggregate or a window function among the items, outside subqueries. */
function holdsAggregate(body: Select): boolean {
  const open: unknown[] = [...body.items, body.having];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('tag' in node && node.tag === 'aggregate') return true;
    if (!('tag' in node) || node.tag !== 'query') open.push(...Object.values(node));
  }
  return false;
}
