import type { Expression } from '../../sql/expression.ts';
import type { Emitter } from '../emitter.ts';
import { noteDigits } from '../text-item.ts';

const CHOICES = new Set([
  'IFNULL',
  'NVL',
  'COALESCE',
  'IF',
  'GREATEST',
  'LEAST',
  'NULLIF',
  'ABS',
  'MOD',
  'ROUND',
  'TRUNCATE',
]);

/** A text keeps the digits of the value that is chosen, or of an average; a service gets those of the expression. */
export function noteTextDigits(node: Expression, emitter: Emitter): void {
  const isCalled = node.tag === 'call' && CHOICES.has(node.upper);
  const isComputed = node.tag === 'arithmetic' || (node.tag === 'unary' && node.operator === '-');
  if (!isCalled && !isComputed && node.tag !== 'case' && node.tag !== 'subquery') return;
  const { type } = emitter.expression(node);
  if (type.kind === 'decimal' && type.scale !== 0) noteDigits(emitter, node, 'a decimal becomes a text');
}

/** Inside a routine the digits are those of the value, in a service the number of them is a literal. */
export function noteRoundedDigits(call: Extract<Expression, { tag: 'call' }>, emitter: Emitter): void {
  if (call.upper !== 'ROUND' && call.upper !== 'TRUNCATE') return;
  const digits = call.args[1];
  const isKnown = digits === undefined || digits.tag === 'number' || digits.tag === 'unary';
  if (!isKnown) noteDigits(emitter, call, `${call.upper} to a number of digits known at run time only`);
}

/** A text of noughts is the year 2000 to the source, and 0 to a service, which gets numbers as texts too. */
export function noteYearText(node: Expression, emitter: Emitter): void {
  if (node.tag === 'string' || emitter.expression(node).type.kind !== 'text') return;
  emitter.note('review', node, [
    'YEAR_TEXT',
    'a text is put into a YEAR: one of noughts is 2000 on the source, and 0 here',
    'Give the year as a number.',
  ]);
}
