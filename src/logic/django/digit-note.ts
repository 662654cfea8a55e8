import type { Expression } from '../../sql/expression.ts';
import type { Emitter } from '../emitter.ts';

const CHOICES = new Set(['IFNULL', 'NVL', 'COALESCE', 'IF', 'GREATEST', 'LEAST', 'ROUND', 'TRUNCATE']);

/** A text keeps the digits of the value that is chosen, or of an average; a service gets those of the expression. */
export function noteTextDigits(node: Expression, emitter: Emitter): void {
  const isChoice = node.tag === 'case' || node.tag === 'subquery' || (node.tag === 'call' && CHOICES.has(node.upper));
  if (isChoice && emitter.expression(node).type.kind === 'decimal') note(emitter, node, 'a decimal becomes a text');
}

/** Inside a routine the digits are those of the value, in a service the number of them is a literal. */
export function noteRoundedDigits(call: Extract<Expression, { tag: 'call' }>, emitter: Emitter): void {
  if (call.upper !== 'ROUND' && call.upper !== 'TRUNCATE') return;
  const digits = call.args[1];
  const isKnown = digits === undefined || digits.tag === 'number' || digits.tag === 'unary';
  if (!isKnown) note(emitter, call, `${call.upper} to a number of digits known at run time only`);
}

function note(emitter: Emitter, at: Expression, what: string): void {
  emitter.note('review', at, [
    'DECIMAL_TEXT',
    `${what}: it may have more or fewer noughts behind the point than on the source`,
    'Round to the digits that are meant by a literal, or compare numbers.',
  ]);
}
