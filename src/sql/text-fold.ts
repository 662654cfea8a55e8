import type { Context } from './context.ts';
import { atom, type Fragment } from './fragment.ts';
import { ignoresBlanks, ruleOf, underRule } from './rule/comparison.ts';
import { inOrder, orderOf } from './text-order.ts';
import type { ValueType } from './value-type.ts';

/**
 * Whether texts of a type that differ in case are one to the source and several to the target, wherever rows fall
 * together or are ordered by them. A member of an ENUM is spelled in one way only.
 */
export function isFolded(type: ValueType, context: Context): boolean {
  return type.kind === 'text' && type.members === undefined && ruleOf([atom('', type)], context) === 'lower';
}

/** A value as rows fall together by it. */
export function folded(value: Fragment, context: Context): Fragment {
  return isFolded(value.type, context) ? underRule(value, 'lower', ignoresBlanks([value], context)) : value;
}

/** A value as rows are ordered by it. */
export function ordered(value: Fragment, context: Context): Fragment {
  return inOrder(folded(value, context), orderOf([value.type], context), context);
}
