import type { Span } from '../sql/span.ts';
import type { BodyStatement, GetDiagnostics } from './body.ts';
import type { Emitter } from './emitter.ts';
import type { Program } from './program.ts';
import { nodesOf } from './walk.ts';

/** What empties the diagnostics of a handler on MySQL; a DECLARE of a variable does as well. */
const EMPTIES = new Set(['set-variables', 'query', 'insert', 'update', 'delete', 'call-procedure', 'do']);

/**
 * Whether MySQL has nothing left to tell: in a handler, GET DIAGNOSTICS behind a SET or a DECLARE of a variable leaves
 * its targets as they are. GET STACKED DIAGNOSTICS and MariaDB still know the error.
 */
function isEmptied({ definition, dialect }: Program, node: GetDiagnostics): boolean {
  if (dialect.flavor !== 'mysql' || node.isStacked || node.condition === undefined) return false;
  const bodies = nodesOf(definition, 'handler').map(({ body }) => body);
  return bodies.filter((body) => holds(body, node)).some((body) => isBehind(body, node));
}

function holds(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function isBehind(body: BodyStatement, node: GetDiagnostics): boolean {
  if (body.tag !== 'block') return false;
  if (body.declarations.some(({ tag }) => tag === 'variable')) return true;
  const at = body.statements.findIndex((one) => holds(one, node));
  if (body.statements.slice(0, at).some(({ tag }) => EMPTIES.has(tag))) return true;
  const inner = body.statements[at];
  return inner !== undefined && isBehind(inner, node);
}

/** Tells of a GET DIAGNOSTICS that finds nothing, of which the targets stay; false: it finds something. */
export function noteEmptied(emitter: Emitter, node: GetDiagnostics): boolean {
  if (!isEmptied(emitter.program, node)) return false;
  emitter.note('review', node, [
    'DIAGNOSTICS',
    'on the source a SET or DECLARE before it has emptied what it asks for: its variables stay as they are',
    'Put GET DIAGNOSTICS first, or use GET STACKED DIAGNOSTICS, and convert again.',
  ]);
  return true;
}
