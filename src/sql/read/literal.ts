import type { Expression } from '../expression.ts';
import type { TokenCursor } from '../token-cursor.ts';

const TEMPORAL: Readonly<Record<string, 'date' | 'time' | 'timestamp'>> = {
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
};

/** Character sets that may introduce a string; of any other name `_x'..'` is an identifier before a string. */
const CHARSETS = new Set(
  `armscii8 ascii big5 binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr gb18030 gb2312 gbk
   geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman sjis swe7 tis620 ucs2 ujis
   utf16 utf16le utf32 utf8 utf8mb3 utf8mb4`.split(/\s+/),
);

/** Reads a literal, or undefined when none comes next. */
export function readLiteral(cursor: TokenCursor): Expression | undefined {
  const token = cursor.peek();
  const { start, end, value } = token;
  switch (token.kind) {
    case 'string':
      return readString(cursor, start, undefined);
    case 'national':
      return readString(cursor, start, 'utf8mb3');
    case 'integer':
    case 'decimal':
    case 'float':
      cursor.next();
      return { tag: 'number', form: token.kind, value, start, end };
    case 'hex':
    case 'bit':
      cursor.next();
      return { tag: token.kind, digits: value, charset: undefined, start, end };
    case 'word':
      return readWordLiteral(cursor);
    default:
      return undefined;
  }
}

function readWordLiteral(cursor: TokenCursor): Expression | undefined {
  const { start, end, upper, value } = cursor.peek();
  if (upper === 'NULL') {
    cursor.next();
    return { tag: 'null', start, end };
  }
  if (upper === 'TRUE' || upper === 'FALSE') {
    cursor.next();
    return { tag: 'boolean', value: upper === 'TRUE', start, end };
  }
  const kind = TEMPORAL[upper];
  if (kind !== undefined && cursor.peek(1).kind === 'string') {
    cursor.next();
    const text = cursor.next().value;
    return { tag: 'temporal', kind, value: text, ...cursor.since(start) };
  }
  return value.startsWith('_') ? readIntroduced(cursor) : undefined;
}

function readIntroduced(cursor: TokenCursor): Expression | undefined {
  const token = cursor.peek();
  const charset = token.value.slice(1).toLowerCase();
  const { kind } = cursor.peek(1);
  if (!CHARSETS.has(charset)) return undefined;
  if (kind === 'string') {
    cursor.next();
    return readString(cursor, token.start, charset);
  }
  if (kind !== 'hex' && kind !== 'bit') return undefined;
  cursor.next();
  const { value } = cursor.next();
  return { tag: kind, digits: value, charset, ...cursor.since(token.start) };
}

/** Strings side by side are one. */
function readString(cursor: TokenCursor, start: number, charset: string | undefined): Expression {
  const first = cursor.next().value;
  let value = first;
  let isJoined = false;
  for (; cursor.peek().kind === 'string'; isJoined = true) value += cursor.next().value;
  const isFirst = isJoined && cursor.dialect.flavor === 'mysql';
  return { tag: 'string', value, charset, ...(isFirst ? { first } : {}), ...cursor.since(start) };
}
