import { toBytes, toNumber, toText } from '../coerce.ts';
import { toDate, toMoment, toTime } from '../coerce-date.ts';
import type { Context } from '../context.ts';
import type { CastType, Expression } from '../expression.ts';
import { atom, compound, type Fragment, operand, quoteLiteral } from '../fragment.ts';
import { exactDouble } from '../round-double.ts';
import { asCharacters, BIGINT, decimal, FLOAT, TEXT, textType, UNSIGNED, type ValueType } from '../value-type.ts';
import { toJson } from './json.ts';

type Node<Tag extends Expression['tag']> = Extract<Expression, { tag: Tag }>;

/** CAST and CONVERT. */
export function castTo(node: Node<'cast'>, context: Context): Fragment {
  if (node.isArray) return refuse(node, context, 'CAST to an array, as multi-valued indexes have it');
  const value = context.fragment(node.operand);
  const { type } = node;
  const size = type.sizes[0];
  switch (type.name) {
    case 'SIGNED':
      return signed(value, context, node);
    case 'UNSIGNED':
      return value.type.kind === 'decimal' && value.type.isWhole === true
        ? value
        : unsigned(signed(value, context, node));
    case 'DECIMAL':
      return exact(value, type, context, node);
    case 'FLOAT':
      if (size === undefined || size <= 24)
        return atom(`${operand(toNumber(value, context, node))}::real`, { kind: 'float', isSingle: true });
      return atom(`${operand(toNumber(value, context, node))}::float8`, FLOAT);
    case 'DOUBLE':
    case 'REAL':
      return atom(`${operand(toNumber(value, context, node))}::float8`, FLOAT);
    case 'CHAR':
    case 'VARCHAR':
      return characters(value, type, context, node);
    case 'BINARY':
      return size === undefined
        ? toBytes(value, context, node)
        : refuse(node, context, 'BINARY of a length, which is padded');
    case 'DATE':
      return toDate(value, context, node);
    case 'DATETIME':
      return moment(toMoment(value, context, node), size ?? 0);
    case 'TIME':
      return toTime(value, context, node);
    case 'JSON':
      return toJson(node.operand, context);
    default:
      return refuse(node, context, `CAST to ${type.name}`);
  }
}

function refuse(node: Node<'cast'>, context: Context, reason: string): Fragment {
  context.report('CONSTRUCT', node, reason);
  return atom('NULL', { kind: 'null' });
}

/** A number is rounded; of a text the whole number at its beginning counts. */
function signed(value: Fragment, context: Context, node: Node<'cast'>): Fragment {
  if (value.type.kind === 'text' && value.digits === undefined) return wholeOf(value, context, node);
  // JSON is a text there, of which the whole number at its beginning counts.
  if (value.type.kind === 'json' && context.scope.dialect.flavor === 'mariadb')
    return wholeOf(compound(`${operand(value)} #>> '{}'`, TEXT), context, node);
  const number = toNumber(value, context, node);
  // A result of it has a sign again, whatever the number had.
  if (number.type.kind === 'integer')
    return number.type.isWide ? { ...number, type: BIGINT } : atom(`${operand(number)}::bigint`, BIGINT);
  if (number.type.kind === 'float') return atom(`${operand(number)}::bigint`, BIGINT);
  return atom(`round(${number.sql})::bigint`, BIGINT);
}

function wholeOf(value: Fragment, context: Context, node: Node<'cast'>): Fragment {
  if (value.literal !== undefined) {
    if (context.scope.isNumberChecked === true && !/^\s*[+-]?\d+\s*$/.test(value.literal))
      return atom(`${quoteLiteral(value.literal)}::bigint`, BIGINT);
    const digits = /^\s*([+-]?\d+)/.exec(value.literal)?.[1]?.replace('+', '') ?? '0';
    const sql = BigInt(digits).toString();
    return sql.startsWith('-') ? compound(sql, BIGINT) : atom(sql, BIGINT);
  }
  context.report('TEXT_AS_NUMBER', node, 'a text is cast to a number');
  if (context.scope.isNumberChecked === true) return atom(`${operand(value)}::bigint`, BIGINT);
  const found = `COALESCE(substring(${value.sql} from '^\\s*([+-]?\\d+)'), '0')::bigint`;
  return atom(`CASE WHEN ${operand(value)} IS NOT NULL THEN ${found} END`, BIGINT);
}

const WRAP = '18446744073709551616';

/** A negative number wraps round, as its bits read without a sign do. */
function unsigned(value: Fragment): Fragment {
  if (/^\d+$/.test(value.sql)) return atom(value.sql, UNSIGNED);
  const number = operand(value);
  return atom(`CASE WHEN ${number} < 0 THEN ${number} + ${WRAP} ELSE ${number} END`, UNSIGNED);
}

function exact(value: Fragment, type: CastType, context: Context, node: Node<'cast'>): Fragment {
  const [precision = 10, scale = 0] = type.sizes;
  const number = toNumber(value, context, node);
  const from = number.type.kind === 'float' ? exactText(number) : operand(number);
  return atom(`${from}::numeric(${precision},${scale})`, decimal(scale));
}

/** Through the text: '1.005' as a double is less than 1.005. */
function exactText(number: Fragment): string {
  const literal = /^('[^']*')::float8$/.exec(number.sql)?.[1];
  return literal ?? exactDouble(number).sql.replace(/::numeric$/, '');
}

function characters(value: Fragment, type: CastType, context: Context, node: Node<'cast'>): Fragment {
  const text = toText(value, context, node);
  const [size] = type.sizes;
  const collation = type.collation ?? (type.charset === 'binary' ? 'binary' : undefined);
  const typed = collation === undefined ? asCharacters(text.type) : textType(collation);
  if (size === undefined) return { ...text, type: typed };
  return atom(`${operand(text)}::varchar(${size})`, typed);
}

function moment(value: Fragment, digits: number): Fragment {
  const type: ValueType = { kind: 'datetime', digits };
  const known = value.type.kind === 'datetime' ? value.type.digits : undefined;
  if (known !== undefined && known <= digits) return { ...value, type };
  return atom(`${operand(value)}::timestamp(${digits})`, type);
}

/** COLLATE decides how a text is compared; its name is the source's. */
export function collate(node: Node<'collate'>, context: Context): Fragment {
  const text = toText(context.fragment(node.operand), context, node);
  return { ...text, type: textType(node.collation) };
}
