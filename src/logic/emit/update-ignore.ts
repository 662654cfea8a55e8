import type { Update } from '../../sql/statement.ts';
import type { KnownTable } from '../catalogue.ts';
import type { Emitter } from '../emitter.ts';
import { changeRowByRow, keyedTable } from '../row-by-row.ts';
import { key } from '../table-access.ts';

/**
 * Whether it is an UPDATE IGNORE of one table that gives a unique key new values: rows whose key is there already stay as
 * they are, which one statement of PostgreSQL cannot do.
 */
export function leavesRowsOut(emitter: Emitter, node: Update): boolean {
  const table = node.isIgnore && node.limit === undefined ? keyedTable(emitter, node) : undefined;
  if (table === undefined) return false;
  const names = new Set(table.uniques.flat().map(key));
  return node.assignments.some(({ column }) => names.has(key(column.at(-1)?.text ?? '')));
}

/** Row by row; those that are left out were met, and count. */
export function emitUpdateIgnore(emitter: Emitter, node: Update): void {
  const table = keyedTable(emitter, node);
  if (table === undefined) return;
  note(emitter, node, table);
  const { out } = emitter;
  changeRowByRow(emitter, node, (one) => {
    const own: Update = { ...one, isIgnore: false, options: one.options.filter((word) => word !== 'IGNORE') };
    out.line('BEGIN');
    out.deeper(() => out.line(`${emitter.statement(own)};`));
    out.line('EXCEPTION');
    out.deeper(() => out.line('WHEN unique_violation THEN NULL;'));
    out.line('END;');
  });
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
