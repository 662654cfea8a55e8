import { toNumber, toText } from './coerce.ts';
import type { Context } from './context.ts';
import { atom, type Fragment, isPlace, operand, quoteLiteral } from './fragment.ts';
import type { TableColumn } from './scope.ts';
import type { Span } from './span.ts';
import { isNumeric, TEXT, type ValueType } from './value-type.ts';

/** Whether a value is the column or the variable of an ENUM itself: what is made of one is a text. */
export function isMember({ sql, type }: Fragment): boolean {
  if (type.kind !== 'text' || type.members === undefined) return false;
  // The least of a group stands for a column that no group settles.
  return isPlace(atom(/^min\((.*)\)$/.exec(sql)?.[1] ?? sql, type));
}

/** A value as an ENUM or a SET stores it: by its text, spelled as the type spells it, or by its number. */
export function memberOf(value: Fragment, column: TableColumn, context: Context, span: Span): Fragment {
  const { type } = column;
  if (type.kind === 'text') {
    const isSet = type.flags !== undefined;
    return isSet ? setText(value, type.flags, context, span) : enumMember(value, column, context, span);
  }
  const flags = column.members ?? (type.kind === 'other' ? type.flags : undefined) ?? [];
  return setMembers(value, { ...column, members: flags }, context, span);
}

function enumMember(value: Fragment, { members = [] }: TableColumn, context: Context, span: Span): Fragment {
  const { type, literal: given } = value;
  if (isPlace(value) && isOf(type.kind === 'text' ? type.members : undefined, members)) return value;
  const found = given === undefined ? memberAt(value, members) : spelled(given, members);
  if (found !== undefined) return literal(found, TEXT);
  const call = atRunTime('enum', value, members, { context, span });
  if (call !== undefined) return call;
  if (isNumeric(type) && !/^\d+$/.test(value.sql)) return numberedMember(value, members, context, span);
  if (isNumeric(type)) {
    context.report('CONSTRUCT', span, 'a member of an ENUM is written by a number that none has');
    return atom('NULL', { kind: 'null' });
  }
  const text = toText(value, context, span);
  return text.literal === undefined ? spelledAtRunTime(text, members, context) : text;
}

/** By a number that is known at run time; one that no member has becomes what the CHECK of the column refuses. */
function numberedMember(value: Fragment, members: readonly string[], context: Context, span: Span): Fragment {
  const number = toNumber(value, context, span);
  const whole = number.type.kind === 'integer' ? `${operand(number)}::int` : `round(${number.sql})::int`;
  const found = `(ARRAY[${members.map(quoteLiteral).join(', ')}])[${whole}]`;
  const none = context.scope.dialect.mode.isStrict ? "' '" : "''";
  return atom(`CASE WHEN ${operand(number)} IS NOT NULL THEN COALESCE(${found}, ${none}) END`, TEXT);
}

/**
 * A text that is no member, and no number of one, stays as it is: a CHECK refuses it. It would take an empty one, which
 * stands for what an ENUM could not hold; under strict mode that is another text.
 */
function spelledAtRunTime(text: Fragment, members: readonly string[], { scope }: Context): Fragment {
  const small = members.map((member) => member.toLowerCase());
  const numbers = members.flatMap((member, at) => (small.includes(String(at + 1)) ? [] : [[String(at + 1), member]]));
  const empty = scope.dialect.mode.isStrict && !members.includes('') ? [['', ' ']] : [];
  const pairs = [...members.map((member, at) => [small[at], member]), ...numbers, ...empty];
  const branches = pairs.map(([given = '', member = '']) => `WHEN ${quoteLiteral(given)} THEN ${quoteLiteral(member)}`);
  return atom(`CASE lower(rtrim(${text.sql}, ' ')) ${branches.join(' ')} ELSE ${text.sql} END`, TEXT);
}

/** What is held in the very type is a member already. */
function isOf(own: readonly string[] | undefined, members: readonly string[]): boolean {
  return own !== undefined && own.length === members.length && own.every((one, at) => one === members[at]);
}

/** By its place, counted from 1. */
function memberAt({ sql }: Fragment, members: readonly string[]): string | undefined {
  return /^\d+$/.test(sql) ? members[Number(sql) - 1] : undefined;
}

/** A function of ours finds the member, and raises the error of a CHECK where there is none. */
function atRunTime(
  kind: 'enum' | 'set',
  value: Fragment,
  members: readonly string[],
  { context, span }: { readonly context: Context; readonly span: Span },
): Fragment | undefined {
  const { scope } = context;
  if (scope.hasHelpers !== true) return undefined;
  const isNumber = isNumeric(value.type);
  const name = isNumber ? { enum: 'sluice_enum_at', set: 'sluice_set_of' }[kind] : `sluice_${kind}`;
  const given = isNumber ? `${operand(toNumber(value, context, span))}::numeric` : toText(value, context, span).sql;
  const list = `ARRAY[${members.map(quoteLiteral).join(', ')}]`;
  const rest = scope.dialect.mode.isStrict ? '' : ', false';
  return atom(`${name}(${given}, ${list}${rest})`, TEXT);
}

/** The SET of a variable: the text of its members. */
function setText(value: Fragment, flags: readonly string[], context: Context, span: Span): Fragment {
  if (isPlace(value) && isOf(value.type.kind === 'text' ? value.type.flags : undefined, flags)) return value;
  const { literal: text } = value;
  if (text !== undefined && unknownIn(text, flags).length === 0) return literal(inOrder(text, flags).join(','), TEXT);
  return atRunTime('set', value, flags, { context, span }) ?? toText(value, context, span);
}

function setMembers(value: Fragment, { members = [], type }: TableColumn, context: Context, span: Span): Fragment {
  if (value.type.kind === 'other') return value;
  if (/^\d{1,15}$/.test(value.sql) && members.length > 0) return list(byBits(BigInt(value.sql), members), type);
  if (value.literal !== undefined && unknownIn(value.literal, members).length === 0)
    return list(inOrder(value.literal, members), type);
  const call = atRunTime('set', value, members, { context, span });
  if (call !== undefined && members.length > 0) return atom(`string_to_array(${call.sql}, ',')`, type);
  if (isNumeric(value.type)) {
    context.report('CONSTRUCT', span, 'the members of a SET are written by their bits');
    return atom('NULL', { kind: 'null' });
  }
  const text = toText(value, context, span);
  if (text.literal !== undefined) return list(inOrder(text.literal, members), type);
  return listAtRunTime(text, members, type);
}

/** The members in the order of the type, each once; what is none stays, for a CHECK to refuse. */
function listAtRunTime(text: Fragment, members: readonly string[], type: ValueType): Fragment {
  const known = `unnest(ARRAY[${members.map(quoteLiteral).join(', ')}]) WITH ORDINALITY AS known (member, at)`;
  const given = `unnest(string_to_array(${text.sql}, ',')) AS given (part)`;
  const joined = `${given} LEFT JOIN ${known} ON lower(member) = lower(rtrim(part, ' '))`;
  const found = `ARRAY(SELECT COALESCE(member, part) FROM ${joined} GROUP BY at, COALESCE(member, part) ORDER BY at)`;
  return atom(`CASE WHEN ${operand(text)} IS NOT NULL THEN ${found} END`, type);
}

function unknownIn(text: string, members: readonly string[]): readonly string[] {
  return text === '' ? [] : text.split(',').filter((one) => spelled(one, members) === undefined);
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
