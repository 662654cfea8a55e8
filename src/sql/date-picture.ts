import type { Context } from './context.ts';
import { type Fragment, operand, quoteLiteral } from './fragment.ts';

/** Fields of a picture with their digits. */
const FIELDS: Readonly<Record<string, readonly [string, number]>> = {
  YYYY: ['year', 4],
  MM: ['month', 2],
  DD: ['day', 2],
  HH24: ['hour', 2],
  MI: ['minute', 2],
  SS: ['second', 2],
};

const PIECE = /(YYYY|MM|DD|HH24|MI|SS)|([ \-/:.,]+)|"((?:[^"\\]|\\.)*)"/y;

/** A date by a picture of to_char; where that is not allowed (not immutable) and digits are enough, by its fields. */
export function pictured(value: Fragment, picture: string, context: Context): string {
  const plain = `to_char(${value.sql}, ${quoteLiteral(picture)})`;
  if (!context.scope.mustBeImmutable) return plain;
  const parts: string[] = [];
  for (PIECE.lastIndex = 0; PIECE.lastIndex < picture.length; ) {
    const found = PIECE.exec(picture);
    if (found === null) return plain;
    const [, field, mark, text] = found;
    parts.push(
      field === undefined ? quoteLiteral(mark ?? (text ?? '').replaceAll(/\\(.)/g, '$1')) : digits(value, field),
    );
  }
  return `(${parts.join(' || ')})`;
}

function digits(value: Fragment, picture: string): string {
  const [field = '', size = 2] = FIELDS[picture] ?? [];
  const number = `extract(${field} from ${operand(value)})`;
  return `lpad(${field === 'second' ? `floor(${number})` : number}::text, ${size}, '0')`;
}
