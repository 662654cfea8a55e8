import type { TokenKind } from './token.ts';

/** A number and where it ends, or undefined where the characters are an identifier that begins with digits. */
export interface ScannedNumber {
  readonly kind: TokenKind;
  readonly value: string;
  readonly end: number;
}

const HEX = /0x([0-9a-fA-F]+)/y;
const BIT = /0b([01]+)/y;
const FLOAT = /(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+/y;
/** Two points are MariaDB's range, `1..10`. */
const DECIMAL = /\d+\.(?!\.)\d*|\.\d+/y;
const INTEGER = /\d+/y;
const WORD_UNIT = /[0-9A-Za-z_$\u0080-\uffff]/;

/**
 * Reads a number by the rules of the server's lexer: `0x` and `0b` in small letters only, `1e5` is a number but `1ea`
 * an identifier, and `12ab` is an identifier.
 */
export function scanNumber(text: string, at: number): ScannedNumber | undefined {
  const hex = match(HEX, text, at) ?? match(BIT, text, at);
  if (hex !== undefined) {
    const isHex = text[at + 1] === 'x';
    if (!isWordUnit(text, hex.end)) return { kind: isHex ? 'hex' : 'bit', value: hex.value.slice(2), end: hex.end };
    return undefined;
  }
  const float = match(FLOAT, text, at);
  if (float !== undefined) return { kind: 'float', ...float };
  const decimal = match(DECIMAL, text, at);
  if (decimal !== undefined) return { kind: 'decimal', ...decimal };
  const integer = match(INTEGER, text, at);
  if (integer === undefined || isWordUnit(text, integer.end)) return undefined;
  return { kind: 'integer', ...integer };
}

function match(pattern: RegExp, text: string, at: number): { value: string; end: number } | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? undefined : { value: found[0], end: at + found[0].length };
}

/** Whether the character may stand in a bare identifier. */
function isWordUnit(text: string, at: number): boolean {
  return at < text.length && WORD_UNIT.test(text[at] ?? '');
}
