import { toText } from './coerce.ts';
import type { Context } from './context.ts';
import { atom, type Fragment, quoteLiteral } from './fragment.ts';
import type { TableColumn } from './scope.ts';
import type { Span } from './span.ts';
import { isNumeric, TEXT, type ValueType } from './value-type.ts';

/** A value as an ENUM or a SET stores it: by its text, spelled as the type spells it, or by its number. */
export function memberOf(value: Fragment, column: TableColumn, context: Context, span: Span): Fragment {
  return column.type.kind === 'text'
    ? enumMember(value, column, context, span)
    : setMembers(value, column, context, span);
}

function enumMember(value: Fragment, { members = [] }: TableColumn, context: Context, span: Span): Fragment {
  if (isNumeric(value.type)) {
    const found = /^\d+$/.test(value.sql) ? members[Number(value.sql) - 1] : undefined;
    if (found !== undefined) return literal(found, TEXT);
    context.report('CONSTRUCT', span, 'a member of an ENUM is written by its number');
    return atom('NULL', { kind: 'null' });
  }
  const text = toText(value, context, span);
  if (text.literal !== undefined) return literal(spelled(text.literal, members) ?? text.literal, TEXT);
  context.report('MEMBER', span, 'a member of an ENUM is known at run time only');
  return text;
}

function setMembers(value: Fragment, { members = [], type }: TableColumn, context: Context, span: Span): Fragment {
  if (value.type.kind === 'other') return value;
  if (isNumeric(value.type)) {
    if (/^\d{1,15}$/.test(value.sql) && members.length > 0) return list(byBits(BigInt(value.sql), members), type);
    context.report('CONSTRUCT', span, 'the members of a SET are written by their bits');
    return atom('NULL', { kind: 'null' });
  }
  const text = toText(value, context, span);
  if (text.literal !== undefined) return list(inOrder(text.literal, members), type);
  context.report('MEMBER', span, 'the members of a SET are known at run time only');
  return atom(`string_to_array(${text.sql}, ',')`, type);
}

function byBits(bits: bigint, members: readonly string[]): readonly string[] {
  return members.filter((_, at) => (bits >> BigInt(at)) % 2n === 1n);
}

/** The members of a text in the order of the type; what is no member stays, for the target to refuse. */
function inOrder(text: string, members: readonly string[]): readonly string[] {
  const given = text === '' ? [] : text.split(',').map((one) => spelled(one, members) ?? one);
  const known = members.filter((member) => given.includes(member));
  return [...known, ...given.filter((one) => !members.includes(one))];
}

/** Case does not count in MySQL's default collations, nor do blanks behind. */
function spelled(text: string, members: readonly string[]): string | undefined {
  const wanted = text.trimEnd();
  return members.find((one) => one === wanted) ?? members.find((one) => one.toLowerCase() === wanted.toLowerCase());
}

function list(members: readonly string[], type: ValueType): Fragment {
  if (members.length === 0) return atom("'{}'::text[]", type);
  return atom(`ARRAY[${members.map(quoteLiteral).join(', ')}]::text[]`, type);
}

function literal(text: string, type: ValueType): Fragment {
  return { ...atom(quoteLiteral(text), type), literal: text };
}
