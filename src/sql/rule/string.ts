import { toBytes, toInteger, toNumber, toText } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Call, Expression } from '../expression.ts';
import { atom, compound, type Fragment, operand, quoteLiteral, quoteName } from '../fragment.ts';
import { exactDouble, roundedDouble } from '../round-double.ts';
import { helper, type RuleTable, take } from '../rule.ts';
import { inOrder, orderOf, reportOrder } from '../text-order.ts';
import { BIGINT, BYTES, INTEGER, TEXT, type ValueType } from '../value-type.ts';
import { ignoresBlanks, ruleOf, underRule } from './comparison.ts';
import { wrongCount } from './cond.ts';
import { concat } from './operator.ts';
import { toPattern } from './predicate.ts';

/** Texts. Lengths and places count characters on both sides, unless the rule says bytes. */
export const STRING_RULES: RuleTable = {
  CONCAT: (call, context) => (call.args.length === 0 ? wrongCount(call, context) : concat(call.args, context)),
  CONCAT_WS: (call, context) => {
    const parts = call.args.map((arg) => toText(context.fragment(arg), context, arg).sql);
    return parts.length < 2 ? wrongCount(call, context) : atom(`concat_ws(${parts.join(', ')})`, TEXT);
  },
  LENGTH: (call, context) => octets('octet_length', call, context),
  OCTET_LENGTH: (call, context) => octets('octet_length', call, context),
  BIT_LENGTH: (call, context) => octets('bit_length', call, context),
  CHAR_LENGTH: [{ args: ['text'], sql: 'char_length($1)', type: INTEGER }],
  CHARACTER_LENGTH: [{ args: ['text'], sql: 'char_length($1)', type: INTEGER }],
  UPPER: (call, context) => inCase('upper', call, context),
  UCASE: (call, context) => inCase('upper', call, context),
  LOWER: (call, context) => inCase('lower', call, context),
  LCASE: (call, context) => inCase('lower', call, context),
  SUBSTRING: substring,
  LEFT: (call, context) => side('left', call, context),
  RIGHT: (call, context) => side('right', call, context),
  INSTR: (call, context) => locate(call, [call.args[1], call.args[0]], context),
  LOCATE: (call, context) => locate(call, call.args, context),
  LPAD: (call, context) => pad('lpad', call, context),
  RPAD: (call, context) => pad('rpad', call, context),
  LTRIM: [{ args: ['text'], sql: 'ltrim($1)', type: 0 }],
  RTRIM: [{ args: ['text'], sql: 'rtrim($1)', type: 0 }],
  REPLACE: [{ args: ['text', 'text', 'text'], sql: 'replace($1, $2, $3)', type: 0 }],
  REPEAT: [{ args: ['text', 'integer'], sql: 'repeat($1, %2::int)', type: 0 }],
  SPACE: [{ args: ['integer'], sql: "repeat(' ', %1::int)", type: TEXT }],
  REVERSE: [{ args: ['text'], sql: 'reverse($1)', type: 0 }],
  STRCMP: strcmp,
  SUBSTRING_INDEX: substringIndex,
  INSERT: insert,
  ASCII: [
    {
      args: ['text'],
      sql: "CASE WHEN %1 = '' THEN 0 ELSE get_byte(convert_to(substr($1, 1, 1), 'UTF8'), 0) END",
      type: INTEGER,
    },
  ],
  ORD: [
    {
      args: ['text'],
      sql: "CASE WHEN %1 = '' THEN 0 ELSE ('x' || lpad(encode(convert_to(substr($1, 1, 1), 'UTF8'), 'hex'), 8, '0'))::bit(32)::bigint END",
      type: BIGINT,
    },
  ],
  QUOTE: [
    {
      args: ['text'],
      sql: "COALESCE('''' || replace(replace(replace(%1, '\\', '\\\\'), '''', '\\'''), chr(26), '\\Z') || '''', 'NULL')",
      type: TEXT,
    },
  ],
  HEX: hex,
  UNHEX: [{ args: ['text'], sql: "decode($1, 'hex')", type: BYTES }],
  FORMAT: format,
  MD5: [{ args: ['text'], sql: 'md5($1)', type: TEXT }],
  SHA1: (call, context) => helper('sluice_sha1', ['bytes'], TEXT)(call, context),
  SHA: (call, context) => helper('sluice_sha1', ['bytes'], TEXT)(call, context),
  SHA2: sha2,
  CRC32: (call, context) => helper('sluice_crc32', ['bytes'], BIGINT)(call, context),
  SOUNDEX: (call, context) => helper('sluice_soundex', ['text'], TEXT)(call, context),
  TO_BASE64: [{ args: ['bytes'], sql: "encode($1, 'base64')", type: TEXT }],
  FROM_BASE64: [{ args: ['text'], sql: "decode($1, 'base64')", type: BYTES }],
  CHAR: charOf,
  CHR: charOf,
  REGEXP_REPLACE: (call, context) => regexpCall(call, context),
  REGEXP_SUBSTR: (call, context) => regexpCall(call, context),
  REGEXP_INSTR: (call, context) => regexpCall(call, context),
  REGEXP_LIKE: (call, context) => {
    const [operandOf, pattern] = call.args;
    if (operandOf === undefined || pattern === undefined || call.args.length > 2) return wrongCount(call, context);
    return context.fragment({
      tag: 'regexp',
      operand: operandOf,
      pattern,
      isNegated: false,
      start: call.start,
      end: call.end,
    });
  },
  CHARSET: () => atom("'utf8mb4'", TEXT),
};

/** By a collation that knows the letters, where that of the target's database knows ASCII alone. */
function inCase(name: 'upper' | 'lower', call: Call, context: Context): Fragment {
  const [arg] = call.args;
  if (arg === undefined || call.args.length > 1) return wrongCount(call, context);
  const value = take('text', arg, context);
  const { caseCollation } = context.scope;
  if (caseCollation === undefined) return atom(`${name}(${value.sql})`, value.type);
  const found = `${name}(${operand(value)} COLLATE ${quoteName(caseCollation)})`;
  return atom(`(${found} COLLATE "default")`, value.type);
}

function octets(name: string, call: Call, context: Context): Fragment {
  const [arg] = call.args;
  if (arg === undefined) return wrongCount(call, context);
  const value = context.fragment(arg);
  return atom(`${name}(${value.type.kind === 'bytes' ? value.sql : toText(value, context, arg).sql})`, INTEGER);
}

function literalNumber(value: Fragment): number | undefined {
  return /^-?\d{1,9}$/.test(value.sql) ? Number(value.sql) : undefined;
}

/** A place from the end counts from there; place 0 gives ''. Lengths below 0 give '' too. */
function substring(call: Call, context: Context): Fragment {
  const [text, place, length] = call.args;
  if (text === undefined || place === undefined) return wrongCount(call, context);
  const value = take('text', text, context);
  const at = take('integer', place, context);
  const count = length === undefined ? undefined : take('integer', length, context);
  const known = literalNumber(at);
  const rest = count === undefined ? '' : `, ${notNegative(count)}`;
  if (known !== undefined && known > 0) return atom(`substr(${value.sql}, ${known}${rest})`, value.type);
  const size = `char_length(${value.sql})`;
  const fromEnd = (start: string): string => `substr(${value.sql}, ${start}${rest})`;
  const isAsked = count !== undefined && literalNumber(count) === undefined;
  const asked = isAsked ? `WHEN ${operand(count)} IS NULL THEN NULL ` : '';
  const empty = `left(${value.sql}, 0)`;
  if (known === 0) return atom(isAsked ? `CASE ${asked}ELSE ${empty} END` : empty, value.type);
  if (known !== undefined) {
    return atom(
      `CASE ${asked}WHEN ${size} < ${-known} THEN '' ELSE ${fromEnd(`${size} - ${-known} + 1`)} END`,
      value.type,
    );
  }
  const p = operand(at);
  const behind = `-${wide(at)}`;
  const branches = [
    `WHEN ${p} > 0 THEN substr(${value.sql}, ${p}::int${rest})`,
    `WHEN ${p} = 0 OR ${size} < ${behind} THEN ${empty}`,
    `WHEN ${p} < 0 THEN ${fromEnd(`(${size} + ${wide(at)} + 1)::int`)}`,
  ];
  return atom(`CASE ${asked}${branches.join(' ')} END`, value.type);
}

/** A whole number in 64 bits, so that a sum or a negation of it does not overflow. */
function wide(value: Fragment): string {
  const isWide = value.type.kind === 'integer' && value.type.isWide;
  return isWide || literalNumber(value) !== undefined ? operand(value) : `${operand(value)}::bigint`;
}

/** A length as PostgreSQL takes it: int, not below 0. */
function notNegative(count: Fragment): string {
  const known = literalNumber(count);
  if (known !== undefined) return String(Math.max(0, known));
  if (/^(?:char_length|octet_length|strpos)\([^()]*\)$/.test(count.sql)) return count.sql;
  // greatest() passes NULL over, and MySQL's answer is NULL then.
  return `CASE WHEN ${operand(count)} < 0 THEN 0 ELSE ${operand(count)}::int END`;
}

function side(name: 'left' | 'right', call: Call, context: Context): Fragment {
  const [text, count] = call.args;
  if (text === undefined || count === undefined) return wrongCount(call, context);
  const value = take('text', text, context);
  return atom(`${name}(${value.sql}, ${notNegative(take('integer', count, context))})`, value.type);
}

function locate(call: Call, args: readonly (Expression | undefined)[], context: Context): Fragment {
  const [needle, text, start] = args;
  if (needle === undefined || text === undefined) return wrongCount(call, context);
  const values = [take('text', needle, context), take('text', text, context)];
  const rule = ruleOf(values, context);
  if (rule === 'lower') context.report('TEXT_CASE', call, 'a text is looked for without regard to case');
  const [what, where] = values.map((value) => underRule(value, rule).sql);
  if (start === undefined) return atom(`strpos(${where}, ${what})`, INTEGER);
  const from = take('integer', start, context);
  const known = literalNumber(from);
  const p = known === undefined ? `${operand(from)}::int` : String(known);
  const found = `COALESCE(NULLIF(strpos(substr(${where}, ${p}), ${what}), 0) + ${p} - 1, 0)`;
  const inside = known === undefined ? `CASE WHEN ${operand(from)} < 1 THEN 0 ELSE ${found} END` : found;
  return guarded([...values, from], known !== undefined && known < 1 ? '0' : inside, INTEGER);
}

function pad(name: 'lpad' | 'rpad', call: Call, context: Context): Fragment {
  const [text, length, fill] = call.args;
  if (text === undefined || length === undefined) return wrongCount(call, context);
  const value = take('text', text, context);
  const count = take('integer', length, context);
  const filler = fill === undefined ? '' : `, ${take('text', fill, context).sql}`;
  const known = literalNumber(count);
  if (known !== undefined && known >= 0) return atom(`${name}(${value.sql}, ${known}${filler})`, value.type);
  return atom(
    `CASE WHEN ${operand(count)} >= 0 THEN ${name}(${value.sql}, ${operand(count)}::int${filler}) END`,
    value.type,
  );
}

function strcmp(call: Call, context: Context): Fragment {
  const values = call.args.map((arg) => take('text', arg, context));
  const [left, right] = values;
  if (left === undefined || right === undefined) return wrongCount(call, context);
  const rule = ruleOf(values, context);
  const order = orderOf([left.type, right.type], context);
  reportOrder(order, call, 'texts are compared by order', context);
  const isBlind = ignoresBlanks(values, context);
  const [a, b] = [left, right].map((text) => operand(inOrder(underRule(text, rule, isBlind), order, context)));
  return atom(`CASE WHEN ${a} = ${b} THEN 0 WHEN ${a} < ${b} THEN -1 WHEN ${a} > ${b} THEN 1 END`, INTEGER);
}

/** Parts between delimiters, from the front or from the end. The delimiter is found with its case. */
function substringIndex(call: Call, context: Context): Fragment {
  const [text, mark, count] = call.args;
  if (text === undefined || mark === undefined || count === undefined) return wrongCount(call, context);
  const [value, delimiter] = [take('text', text, context), take('text', mark, context)];
  const number = take('integer', count, context);
  const known = literalNumber(number);
  const parts = `string_to_array(${value.sql}, ${delimiter.sql})`;
  const join = (slice: string): string => `COALESCE(array_to_string((${parts})[${slice}], ${delimiter.sql}), '')`;
  const n = operand(number);
  const fromEnd = (amount: string): string => join(`greatest(cardinality(${parts}) - ${amount} + 1, 1):`);
  const isEmpty = delimiter.literal === '';
  if (known === 0 || isEmpty) return guarded([value, delimiter], `left(${value.sql}, 0)`, value.type);
  // Between no marks nothing stands, where PostgreSQL takes the whole text.
  const marked = (found: Fragment): Fragment =>
    delimiter.literal === undefined
      ? atom(`CASE WHEN ${operand(delimiter)} = '' THEN left(${value.sql}, 0) ELSE ${found.sql} END`, value.type)
      : found;
  if (known === 1 || known === -1)
    return marked(atom(`split_part(${value.sql}, ${delimiter.sql}, ${known})`, value.type));
  if (known !== undefined)
    return marked(guarded([value, delimiter], known > 0 ? join(`1:${known}`) : fromEnd(String(-known)), value.type));
  const found = `CASE WHEN ${n} > 0 THEN ${join(`1:${n}::int`)} WHEN ${n} < 0 THEN ${fromEnd(`(-${n}::bigint)`)} ELSE '' END`;
  return marked(guarded([value, delimiter, number], found, value.type));
}

/** NULL when one of the values is; literals are not asked. */
function guarded(values: readonly Fragment[], sql: string, type: ValueType): Fragment {
  const asked = values.filter((value) => value.literal === undefined && literalNumber(value) === undefined);
  if (asked.length === 0) return atom(sql, type);
  const test = asked.map((value) => `${operand(value)} IS NOT NULL`).join(' AND ');
  return atom(`CASE WHEN ${test} THEN ${sql} END`, type);
}

/** A place outside the text leaves it as it is; a length below 0 or past the end takes the rest. */
function insert(call: Call, context: Context): Fragment {
  const [text, place, length, added] = call.args;
  if (text === undefined || place === undefined || length === undefined || added === undefined) {
    return wrongCount(call, context);
  }
  const [value, more] = [take('text', text, context), take('text', added, context)];
  const numbers = [take('integer', place, context), take('integer', length, context)];
  const [p, n] = numbers.map(wide);
  const size = `char_length(${value.sql})`;
  const rest = `CASE WHEN ${n} < 0 OR ${p} + ${n} > ${size} THEN '' ELSE substr(${value.sql}, (${p} + ${n})::int) END`;
  const found = `left(${value.sql}, (${p} - 1)::int) || ${operand(more)} || ${rest}`;
  const whole = `CASE WHEN ${p} < 1 OR ${p} > ${size} THEN ${value.sql} ELSE ${found} END`;
  return guarded([value, more, ...numbers], whole, value.type);
}

function hex(call: Call, context: Context): Fragment {
  const [arg] = call.args;
  if (arg === undefined) return wrongCount(call, context);
  const value = context.fragment(arg);
  const isNumber = value.type.kind === 'integer' || value.type.kind === 'decimal' || value.type.kind === 'boolean';
  if (isNumber) return atom(`upper(to_hex(${operand(toInteger(value, context, arg))}::bigint))`, TEXT);
  return atom(`upper(encode(${toBytes(value, context, arg).sql}, 'hex'))`, TEXT);
}

/** FORMAT(n, d): groups of three, as in en_US. */
function format(call: Call, context: Context): Fragment {
  const [value, digits] = call.args;
  if (value === undefined || digits === undefined || call.args.length > 2) return wrongCount(call, context);
  const number = toNumber(context.fragment(value), context, value);
  const places = literalNumber(context.fragment(digits));
  if (places === undefined || places < 0 || places > 30) {
    context.report('FORMAT', call, 'the number of digits of FORMAT is known at run time only');
    return atom('NULL::text', TEXT);
  }
  const picture = `FM999,999,999,999,999,999,990${places === 0 ? '' : `.${'0'.repeat(places)}`}`;
  if (number.type.kind !== 'float') return atom(`to_char(round(${number.sql}, ${places}), '${picture}')`, TEXT);
  const rounded = roundedDouble('round', number, { known: places, sql: String(places) });
  if (context.scope.dialect.flavor === 'mariadb')
    return atom(`to_char(${exactDouble(rounded).sql}, '${picture}')`, TEXT);
  // To MySQL a double below 0 that is rounded to 0 keeps its sign.
  const sign = `CASE ${operand(rounded)}::text WHEN '-0' THEN '-' ELSE '' END`;
  return compound(`${sign} || to_char(${exactDouble(rounded).sql}, '${picture}')`, TEXT);
}

function sha2(call: Call, context: Context): Fragment {
  const [text, size] = call.args;
  if (text === undefined || size === undefined) return wrongCount(call, context);
  const bits = literalNumber(context.fragment(size));
  const name = { 0: 'sha256', 224: 'sha224', 256: 'sha256', 384: 'sha384', 512: 'sha512' }[bits ?? -1];
  if (name === undefined) {
    context.report('FUNCTION', call, 'SHA2 of a size that is known at run time only');
    return atom('NULL::text', TEXT);
  }
  return atom(`encode(${name}(${take('bytes', text, context).sql}), 'hex')`, TEXT);
}

/** CHAR(65, 66): bytes of the code points given; of ASCII alone they are those characters. */
function charOf(call: Call, context: Context): Fragment {
  const codes = call.args.map((arg) => take('integer', arg, context));
  const isAscii = codes.every((code) => (literalNumber(code) ?? 0) > 0 && (literalNumber(code) ?? 128) < 128);
  if (!isAscii)
    context.report('UNKNOWN_TYPE', call, 'CHAR makes bytes, chr() makes a character: equal for codes 1 to 127');
  return compound(codes.map((code) => `chr(${operand(code)}::int)`).join(' || '), TEXT);
}

const REGEXP_CALLS: Readonly<Record<string, (text: string, pattern: string, rest: string, flags: string) => string>> = {
  REGEXP_REPLACE: (text, pattern, rest, flags) =>
    `regexp_replace(${text}, ${pattern}, ${rest}, ${quoteLiteral(`g${flags}`)})`,
  REGEXP_SUBSTR: (text, pattern, _, flags) => `regexp_substr(${text}, ${pattern}, 1, 1, ${quoteLiteral(flags)})`,
  REGEXP_INSTR: (text, pattern, _, flags) => `regexp_instr(${text}, ${pattern}, 1, 1, 0, ${quoteLiteral(flags)})`,
};

function regexpCall(call: Call, context: Context): Fragment {
  const [text, pattern, replacement] = call.args;
  const size = call.upper === 'REGEXP_REPLACE' ? 3 : 2;
  if (text === undefined || pattern === undefined || call.args.length !== size) return wrongCount(call, context);
  const value = take('text', text, context);
  const found = toPattern(context.fragment(pattern), context, pattern);
  const flags = ruleOf([value, found], context) === 'exact' ? '' : 'i';
  const rest = replacement === undefined ? '' : take('text', replacement, context);
  if (rest !== '' && /[\\$]/.test(rest.literal ?? '\\')) {
    context.report('REGEXP', call, 'references in the replacement are written otherwise on the target');
  }
  const write = REGEXP_CALLS[call.upper];
  const sql = write?.(value.sql, found.sql, rest === '' ? '' : rest.sql, flags) ?? 'NULL';
  if (call.upper === 'REGEXP_SUBSTR' && context.scope.dialect.flavor === 'mariadb') {
    // Nothing that matches is an empty text there, and NULL on MySQL.
    const known = `${operand(value)} IS NOT NULL AND ${operand(found)} IS NOT NULL`;
    return atom(`CASE WHEN ${known} THEN COALESCE(${sql}, '') END`, TEXT);
  }
  return atom(sql, call.upper === 'REGEXP_INSTR' ? INTEGER : TEXT);
}
