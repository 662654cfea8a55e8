import type { Name } from '../sql/expression.ts';
import type { Condition } from './body.ts';
import type { Program } from './program.ts';
import { key } from './table-access.ts';
import { type Node, nodesOf } from './walk.ts';

/** What MySQL raises at OPEN of an open cursor, and at FETCH and CLOSE of one that is not open: 1325, 1326, 24000. */
export const CURSOR_IS_OPEN = 1325;
export const CURSOR_IS_CLOSED = 1326;

/**
 * Whether a CLOSE may meet a cursor that is not open, so that a handler may wait for its error: some OPEN or CLOSE stands
 * in a branch or a loop without the other, there are more of the one than of the other, or a handler waits for it.
 */
export function mayBeClosed({ definition }: Program, cursor: Name): boolean {
  const count = (root: object, tag: 'open' | 'close'): number =>
    nodesOf(root, tag).filter((node) => key(node.cursor.text) === key(cursor.text)).length;
  const isUneven = (root: Node): boolean => count(root, 'open') > 0 !== count(root, 'close') > 0;
  const handlers = nodesOf(definition, 'handler');
  const named = nodesOf(definition, 'condition').map(({ condition }) => condition);
  if ([...handlers.flatMap(({ conditions }) => conditions), ...named].some(isOfCursor)) return true;
  const inHandlers = handlers.reduce((sum, handler) => sum + count(handler, 'close'), 0);
  if (count(definition, 'close') - inHandlers > count(definition, 'open')) return true;
  const parts = [
    ...nodesOf(definition, 'if'),
    ...nodesOf(definition, 'case-statement'),
    ...nodesOf(definition, 'loop'),
  ];
  return parts.some(isUneven);
}

function isOfCursor(condition: Condition): boolean {
  if (condition.tag === 'sqlstate') return condition.sqlstate === '24000';
  return condition.tag === 'errno' && [CURSOR_IS_OPEN, CURSOR_IS_CLOSED].includes(condition.errno);
}
