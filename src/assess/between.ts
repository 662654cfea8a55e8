import type { ColumnType } from '../contract/table.ts';

const DAY_MS = 86_400_000;
const WIDE_CHARSETS = /^(ucs2|utf16|utf16le|utf32)$/;

/**
 * A text between two bounds of a key's column, `part` of the way (0 to 1); null where none is known. It is a place to
 * look from, nothing more: the server orders what is found there, and it need not even lie between them.
 */
export function between(type: ColumnType, [low, high]: readonly [string, string], part: number): string | null {
  switch (type.kind) {
    case 'integer':
    case 'year':
    case 'bit':
    case 'enum':
    case 'set':
      return String(along(BigInt(low), BigInt(high), part));
    case 'decimal':
      return decimalBetween(low, high, part);
    case 'date':
    case 'datetime':
    case 'timestamp':
      return momentBetween(low, high, { part, isDate: type.kind === 'date' });
    case 'binary':
    case 'blob':
      return bytesBetween(low, high, part);
    case 'text':
      return WIDE_CHARSETS.test(type.charset) ? null : textBetween(low, high, part);
    case 'uuid':
      return uuidBetween(low, high, part);
    default:
      return null;
  }
}

function along(low: bigint, high: bigint, part: number): bigint {
  return low + ((high - low) * BigInt(Math.round(part * 1024))) / 1024n;
}

function decimalBetween(low: string, high: string, part: number): string {
  const scale = Math.max(...[low, high].map((text) => (text.split('.')[1] ?? '').length));
  const scaled = (text: string) => {
    const [whole = '', fraction = ''] = text.split('.');
    return BigInt(whole + fraction.padEnd(scale, '0'));
  };
  const found = along(scaled(low), scaled(high), part);
  const digits = String(found < 0n ? -found : found).padStart(scale + 1, '0');
  const sign = found < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

interface MomentPart {
  readonly part: number;
  readonly isDate: boolean;
}

/** A zero date has no moment; and no value comes from here, only a place to look from, so milliseconds do. */
function momentBetween(low: string, high: string, { part, isDate }: MomentPart): string | null {
  const [from, to] = [low, high].map((text) => Date.parse(`${text.replace(' ', 'T')}${text.includes(' ') ? 'Z' : ''}`));
  if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to)) return null;
  const at = from + Math.floor((to - from) * part);
  const text = new Date(isDate ? at - (at % DAY_MS) : at).toISOString();
  return isDate ? text.slice(0, 10) : text.slice(0, 23).replace('T', ' ');
}

/** Hexadecimal digits, two a byte: the places behind what both begin with. */
function bytesBetween(low: string, high: string, part: number): string {
  const length = Math.max(low.length, high.length) + 4;
  const found = along(BigInt(`0x${low.padEnd(length, '0')}`), BigInt(`0x${high.padEnd(length, '0')}`), part);
  return found.toString(16).toUpperCase().padStart(length, '0');
}

/** Letters are taken as small ones, for most collations do so; null behind the first character beyond ASCII. */
function textBetween(low: string, high: string, part: number): string | null {
  const [from = '', to = ''] = [low, high].map((hex) => Buffer.from(hex, 'hex').toString('latin1').toLowerCase());
  let same = 0;
  while (same < from.length && from[same] === to[same]) same += 1;
  if ([from, to].some((text) => /[^\x20-\x7e]/.test(text.slice(0, same + 1)))) return null;
  const [first, last] = [from.slice(same, same + DEPTH), to.slice(same, same + DEPTH)];
  const alphabet = ALPHABETS.find((one) => [...first, ...last].every((character) => one.includes(character))) ?? WORDS;
  const [a, b] = [numberOf(first, alphabet), numberOf(last, alphabet)];
  const found = textOf(a + Math.floor((b - a) * part), alphabet);
  return low.slice(0, same * 2) + Buffer.from(found, 'latin1').toString('hex').toUpperCase();
}

/** Characters behind the common beginning that are looked at. */
const DEPTH = 6;
/** In the order of the usual collations as far as keys go: marks, digits, letters. */
const WORDS = ' -./:_0123456789abcdefghijklmnopqrstuvwxyz';
const ALPHABETS = ['0123456789', '0123456789abcdef', WORDS];

function numberOf(text: string, alphabet: string): number {
  const digits = Array.from({ length: DEPTH }, (_, at) => Math.max(0, alphabet.indexOf(text[at] ?? '')));
  return digits.reduce((sum, digit) => sum * alphabet.length + digit, 0);
}

function textOf(number: number, alphabet: string): string {
  const digits: string[] = [];
  for (let left = number; digits.length < DEPTH; left = Math.floor(left / alphabet.length)) {
    digits.unshift(alphabet[left % alphabet.length] ?? '');
  }
  return digits.join('').trimEnd();
}

function uuidBetween(low: string, high: string, part: number): string {
  const hex = along(BigInt(`0x${low.replaceAll('-', '')}`), BigInt(`0x${high.replaceAll('-', '')}`), part);
  return hex
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
