import { toCalendar, toTime } from '../coerce-date.ts';
import type { Context } from '../context.ts';
import type { Literal } from '../expression.ts';
import { atom, type Fragment, quoteLiteral } from '../fragment.ts';
import { BIGINT, BOOLEAN, BYTES, decimal, FLOAT, INTEGER, NULL, TEXT } from '../value-type.ts';

/** A literal. One of hexadecimal digits is bytes: a text where its charset says so or the bytes are ASCII. */
export function literal(node: Literal, context: Context): Fragment {
  switch (node.tag) {
    case 'null':
      return atom('NULL', NULL);
    case 'boolean':
      return atom(String(node.value), BOOLEAN);
    case 'number':
      return number(node.form, node.value);
    case 'string':
      return text(node.value, context, node);
    case 'hex':
      return bytes(node.digits, context, node);
    case 'bit':
      return atom(BigInt(`0b0${node.digits}`).toString(), BIGINT);
    default: {
      const value = { ...atom(quoteLiteral(node.value), TEXT), literal: node.value };
      return node.kind === 'time' ? toTime(value, context, node) : toCalendar(value, context, node);
    }
  }
}

function number(form: 'integer' | 'decimal' | 'float', value: string): Fragment {
  if (form === 'float') return atom(`${value}::float8`, FLOAT);
  if (form === 'decimal') {
    const digits = value.split('.')[1] ?? '';
    const sql = `${value.startsWith('.') ? '0' : ''}${value}${digits === '' ? '0' : ''}`;
    return atom(sql, decimal(digits.length));
  }
  if (BigInt(value) > 9_223_372_036_854_775_807n) return atom(value, decimal(0));
  return atom(value, BigInt(value) > 2_147_483_647n ? BIGINT : INTEGER);
}

function text(value: string, context: Context, node: Literal): Fragment {
  if (value.includes('\0')) context.report('NUL', node, 'a literal has the NUL character');
  return { ...atom(quoteLiteral(value.replaceAll('\0', '')), TEXT), literal: value };
}

function bytes(digits: string, context: Context, node: Literal): Fragment {
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const found = Buffer.from(even, 'hex').toString('latin1');
  if (/^[\x20-\x7e]+$/.test(found)) return { ...text(found, context, node), digits: even };
  return { ...atom(`'\\x${even}'::bytea`, BYTES), digits: even };
}
