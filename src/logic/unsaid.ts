import type { Query } from '../sql/query.ts';
import type { Insert } from '../sql/statement.ts';
import type { Emitter } from './emitter.ts';
import { isOneRow } from './one-row.ts';
import { pgType } from './pg-type.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** Tells of what the source does without saying it, and the target does otherwise, or may. */
export function noteUnsaid(emitter: Emitter): void {
  noteLists(emitter);
  noteNumberedRows(emitter);
  noteKeptVariables(emitter);
  noteBits(emitter);
}

/** Neither server promises an order; the source takes the texts as they come, the target sorts what it tells apart. */
function noteLists(emitter: Emitter): void {
  for (const node of nodesOf(emitter.program.definition, 'aggregate')) {
    if (node.upper !== 'GROUP_CONCAT' || !node.isDistinct || node.orderBy.length > 0) continue;
    emitter.note('review', node, [
      'LIST_ORDER',
      'the order of GROUP_CONCAT(DISTINCT) is not said: the source takes the values as it finds them',
      'Say the order by ORDER BY where it matters.',
    ]);
  }
}

/** Rows that are numbered as they come, of a query that says no order for its groups. */
function noteNumberedRows(emitter: Emitter): void {
  for (const node of nodesOf(emitter.program.definition, 'insert')) {
    const { source } = node;
    if (source.tag !== 'query' || source.orderBy.length > 0 || !isGrouped(source) || !isNumbered(emitter, node))
      continue;
    emitter.note('review', node, [
      'ROW_ORDER',
      'rows are numbered in the order of groups, which is not said: the source has its own',
      'Say the order by ORDER BY where the numbers matter.',
    ]);
  }
}

function isGrouped({ body }: Query): boolean {
  return body.tag === 'select' && (body.groupBy.length > 0 || body.isDistinct);
}

function isNumbered(emitter: Emitter, { table, columns }: Insert): boolean {
  const number = emitter.context.catalogue.table(table.parts)?.autoIncrement;
  if (number === undefined) return false;
  return columns.length > 0 && !columns.some((parts) => key(parts.at(-1)?.text ?? '') === key(number));
}

/** Without a row a user variable keeps what the session put into it before the program ran. */
function noteKeptVariables(emitter: Emitter): void {
  const { definition } = emitter.program;
  const set = nodesOf(definition, 'set-variables').flatMap(({ start, assignments }) =>
    assignments.flatMap(({ target }) => (target.tag === 'user-variable' ? [{ start, name: key(target.name) }] : [])),
  );
  for (const node of nodesOf(definition, 'query')) {
    if (node.into === undefined || isOneRow(node)) continue;
    const names = node.into.targets.flatMap((target) =>
      target.tag === 'user-variable' && !emitter.context.sessionVariables.has(key(target.name)) ? [target.name] : [],
    );
    const kept = names.find((name) => !set.some((one) => one.name === key(name) && one.start < node.start));
    if (kept === undefined) continue;
    emitter.note('review', node, [
      'USER_VARIABLE',
      `where no row is found @${kept} keeps what the session had before the program ran, and is NULL on the target`,
      'Set it before the SELECT, or declare a variable instead.',
    ]);
  }
}

/** The target finds a routine by the types of its arguments, and takes no number for bits. */
function noteBits(emitter: Emitter): void {
  const { definition } = emitter.program;
  if (!('parameters' in definition)) return;
  for (const { type } of definition.parameters) {
    if (pgType(type)?.wide.startsWith('bit(') !== true) continue;
    emitter.note('review', type, [
      'BIT_PARAMETER',
      'a parameter takes bits on the target, and numbers too on the source',
      "Call it with bits: B'101', or a number as number::bit(8).",
    ]);
  }
}
