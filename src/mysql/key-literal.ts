import type { ColumnType } from '../contract/table.ts';
import type { KeyColumn } from './key-order.ts';

interface Described {
  readonly type: ColumnType;
  readonly charset: string | null;
  readonly collation: string | null;
}

/** A key column's SQL. Texts are checked before they become SQL: they may come back from a log. */
export function keyLiteral(quoted: string, { type, charset, collation }: Described): KeyColumn {
  const plain = { value: quoted, compare: quoted, order: quoted };
  switch (type.kind) {
    case 'integer':
    case 'decimal':
      return { ...plain, literal: (text) => checked(text, /^-?\d+(\.\d+)?$/) };
    // As a number: the string '0' would be the year 2000.
    case 'year':
    case 'bit':
      return { ...plain, value: `${quoted} + 0`, literal: (text) => checked(text, /^\d+$/) };
    // ORDER BY goes by index, `>` by string: rows would be skipped (protocols 3).
    case 'enum':
    case 'set':
      return {
        value: `${quoted} + 0`,
        compare: `${quoted} + 0`,
        order: quoted,
        literal: (text) => checked(text, /^\d+$/),
      };
    // SELECT prints a FLOAT with 6 digits; as a DOUBLE it is exact.
    case 'float':
    case 'double':
      return { ...plain, value: `${quoted} * 1e0`, literal: doubleLiteral };
    case 'binary':
    case 'blob':
      return { ...plain, value: `HEX(${quoted})`, literal: (text) => `x'${checked(text, HEX)}'` };
    case 'text': {
      const literal = (text: string) => `_${charset} x'${checked(text, HEX)}' COLLATE ${collation}`;
      return { ...plain, value: `HEX(${quoted})`, literal };
    }
    default:
      return { ...plain, literal: (text) => `'${checked(text, /^[\w:. -]+$/)}'` };
  }
}

const HEX = /^[0-9A-F]*$/;

function doubleLiteral(text: string): string {
  const number = checked(text, /^-?\d+(\.\d+)?(e[+-]?\d+)?$/);
  return number.includes('e') ? number : `${number}e0`;
}

function checked(text: string, form: RegExp): string {
  if (form.test(text)) return text;
  throw new RangeError('the text of a chunk bound does not fit its column');
}
