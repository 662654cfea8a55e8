import { decode, encode } from 'iconv-lite';

const ESCAPES: Readonly<Record<string, string>> = { '0': '\0', n: '\n', r: '\r', t: '\t', Z: '\x1a' };

/** Takes the backslashes away that a server puts before characters when it prints a string. */
export function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) => ESCAPES[character] ?? character);
}

/**
 * An expression as MySQL 8 and 9 print it in information_schema (CHECK_CLAUSE, GENERATION_EXPRESSION, EXPRESSION,
 * COLUMN_DEFAULT): the whole text is escaped once more than an expression needs, and its UTF-8 bytes are shown as if they
 * were latin1. Both are undone; text that cannot have come about that way stays as it is.
 */
export function mysqlExpression(text: string): string {
  return unescaped(asUtf8(text));
}

function asUtf8(text: string): string {
  if (Buffer.byteLength(text) === text.length) return text;
  const bytes = Buffer.concat([...text].map(latin1Byte));
  if (bytes.length !== [...text].length) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}

/** The byte that MySQL's latin1 (cp1252 with its five holes filled) shows as this character; empty for none. */
function latin1Byte(character: string): Buffer {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return Buffer.from([code]);
  const byte = encode(character, 'win1252');
  return decode(byte, 'win1252') === character ? byte : Buffer.alloc(0);
}
