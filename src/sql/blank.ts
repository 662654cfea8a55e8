import { atom, type Fragment, isPlace, quoteLiteral } from './fragment.ts';

/** What MySQL reads of a CHAR, whatever was written, and what counts of a text whose collation pads it (PAD SPACE). */
export function withoutBlanks(text: Fragment): Fragment {
  const { literal, type } = text;
  const isListed = type.kind === 'text' && (type.members ?? type.flags) !== undefined;
  if (type.kind === 'text' && (type.isPadded === true || isListed) && isPlace(text)) return text;
  if (literal === undefined) return atom(`rtrim(${text.sql}, ' ')`, type);
  const short = literal.replace(/ +$/, '');
  return short === literal ? text : { ...atom(quoteLiteral(short), type), literal: short };
}
