import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import { lengthBytes, readLength } from './cell-length.ts';
import { charsetDecoder, isUnicode } from './charset.ts';
import type {
  BinlogDecoder,
  ColumnCodec,
  ColumnFacts,
  CopyEncoder,
  QueryDecoder,
  SourceLiteral,
  ValuePolicy,
  WireColumn,
} from './codec.ts';
import { compressedDecoder } from './compressed.ts';
import { policyText, skipper, textEncoder } from './copy-text.ts';
import { copyString, fromText, type Homeward, sizesOf, stringLiteral } from './homeward.ts';
import { canonicalInet } from './inet.ts';
import { canonicalJsonText, jsonEncoder, policyJson } from './json-copy.ts';
import { type ServerText, sourceDigest, sourceDigestIf, targetPlain, targetTextDigest } from './server-text.ts';
import { targetType, textLimit } from './target-type.ts';
import { canonicalUuid, targetUuid } from './uuid.ts';

type Text = Extract<ColumnType, { kind: 'text' }>;

/**
 * char, varchar and the text types: UTF-8 in the log whatever the column's character set. Both paths read the column's
 * own bytes and decode them here, so a server's `?` for what it cannot convert never gets in.
 */
export function textCodec({ charset }: Text): ColumnCodec {
  return {
    avro: 'string',
    skip: skipper('string'),
    binlog: (wire) => textDecoder(wire, charset),
    select: (quoted) => (charset === 'utf8mb4' ? quoted : `CAST(${quoted} AS BINARY)`),
    query: charsetDecoder(charset),
    target: targetText,
    check: checkLength,
    copy: (target, policy) => copyIntoText(target, policy, !isUnicode(charset)) ?? copySpelled(target, policy),
    canonicalSource: (value, target, policy) => canonicalText(policied(value.string(), target, policy), target),
    canonicalTarget: canonicalText,
    serverText: (target, policy) => serverText(charset, target, policy),
    fromTarget: (target, home) =>
      copyIntoText(target, home.policy) === null && copySpelled(target, home.policy) === null
        ? null
        : homewardText(target, home),
    literal: textLiteral,
  };
}

/** character(n) comes with its padding; of a UUID's spellings the column's width says which it was. */
export function homewardText(target: string, { columnType }: Homeward): QueryDecoder {
  if (targetType(target).name === 'character') return fromText((text, out) => out.string(text.replace(/ +$/, '')));
  if (target === 'uuid' && sizesOf(columnType)[0] === UUID_DIGITS)
    return fromText((text, out) => out.ascii(canonicalUuid(text)));
  return copyString;
}

const UUID_DIGITS = 32;

/** CHAR drops spaces at the end; VARCHAR cuts those beyond its length. */
function textLiteral(columnType: string): SourceLiteral {
  const isFixed = columnType.startsWith('char');
  const [limit = Number.POSITIVE_INFINITY] = /^(var)?char/.test(columnType) ? sizesOf(columnType) : [];
  return (value) => {
    const text = value.string();
    if (isFixed && text.endsWith(' '))
      throw new ValueError('trailing-space', 'char(n) of the source does not keep spaces at the end');
    if (text.length > limit && [...text].length > limit)
      throw new ValueError('too-long', `the source holds ${limit} characters`);
    return stringLiteral(text);
  };
}

/** Character sets whose bytes are UTF-8 already. */
const UTF8: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3']);

/**
 * Bytes that a character set does not know become `?` on the server: a text whose conversion does not lead back to it is
 * not hashed. So some texts of sets with two codes for one character are read that need not be, and none is believed.
 */
function serverText(charset: string, target: string, policy: ValuePolicy): ServerText | null {
  const spelled = spelledOn(target);
  if (spelled === null) return null;
  const utf8 = (quoted: string) => `CONVERT(${quoted} USING utf8mb4)`;
  const bytes = (quoted: string) => spelled.source(policedBytes(UTF8.has(charset) ? quoted : utf8(quoted), policy));
  const isKnown = (quoted: string) =>
    `CAST(CONVERT(${utf8(quoted)} USING ${charset}) AS BINARY) = CAST(${quoted} AS BINARY)`;
  const source = UTF8.has(charset)
    ? (quoted: string) => sourceDigest(quoted, bytes(quoted))
    : (quoted: string) => sourceDigestIf(isKnown(quoted), quoted, bytes(quoted));
  return { source, target: (quoted) => targetTextDigest(spelled.target(quoted)) };
}

/** Text of enum and set members, which the server converts without loss. */
export function memberText(target: string, policy: ValuePolicy): ServerText | null {
  const spelled = spelledOn(target);
  if (spelled === null || target === 'uuid') return null;
  const bytes = (quoted: string) => spelled.source(policedBytes(`CONVERT(${quoted} USING utf8mb4)`, policy));
  return {
    source: (quoted) => sourceDigest(quoted, bytes(quoted)),
    target: (quoted) => targetTextDigest(spelled.target(quoted)),
  };
}

function policedBytes(text: string, { nul }: ValuePolicy): string {
  const bytes = `CAST(${text} AS BINARY)`;
  return nul === 'refuse' ? bytes : `REPLACE(${bytes}, x'00', x'${nul === 'strip' ? '' : 'efbfbd'}')`;
}

/** What canonicalText makes of bytes on the source and of a column on the target; null where only reading tells. */
function spelledOn(target: string): ServerText | null {
  const type = targetType(target);
  if (type.name === 'character')
    return { source: (bytes) => `TRIM(TRAILING x'20' FROM ${bytes})`, target: targetPlain };
  if (textLimit(type) !== null) return { source: (bytes) => bytes, target: targetPlain };
  return target === 'uuid' ? { source: sourceUuid, target: targetUuid } : null;
}

/** LOWER leaves a binary string alone. */
function sourceUuid(bytes: string): string {
  const bare = ['-', '{', '}'].reduce((inner, letter) => `REPLACE(${inner}, '${letter}', '')`, bytes);
  return `LOWER(CONVERT(${bare} USING utf8mb4))`;
}

function policied(text: string, target: string, policy: ValuePolicy): string {
  return target === 'jsonb' ? policyJson(text, policy.nul) : policyText(text, policy.nul);
}

function textDecoder(wire: WireColumn, charset: string): BinlogDecoder {
  const width = lengthBytes(wire);
  const decode = charsetDecoder(charset);
  if (wire.meta !== 0 && (wire.code === 140 || wire.code === 141)) return compressedDecoder(width, decode);
  return (cell, out) => {
    const length = readLength(cell, width);
    const at = cell.position;
    cell.skip(length);
    decode(cell.bytes, at, at + length, out);
  };
}

function targetText({ columnType, isCaseFolded }: ColumnFacts): string {
  // MariaDB's JSON is a text with a check.
  if (columnType === 'json') return 'jsonb';
  if (isCaseFolded) return 'citext';
  const length = lengthOf(columnType);
  // char(0) and varchar(0) hold only ''; PostgreSQL's lengths start at 1.
  return length === null ? 'text' : `character varying(${Math.max(1, length)})`;
}

/** In characters, of char and varchar alone. */
function lengthOf(columnType: string): number | null {
  const [, length] = /^(?:var)?char\((\d+)\)/i.exec(columnType) ?? [];
  return length === undefined ? null : Number(length);
}

/** citext has no length of its own. */
function checkLength(quoted: string, { columnType, isCaseFolded }: ColumnFacts): string | null {
  const length = lengthOf(columnType);
  return isCaseFolded && length !== null ? `char_length(${quoted}) <= ${length}` : null;
}

/** Encoder of any string of the log into a text column; null for another type. */
export function copyIntoText(target: string, policy: ValuePolicy, refusesReplacement = false): CopyEncoder | null {
  const type = targetType(target);
  const limit = textLimit(type);
  if (limit === null) return null;
  const encode = textEncoder({ nul: policy.nul, limit, refusesReplacement });
  return type.name === 'character' ? withoutPadding(encode) : encode;
}

/** Text also enters the types that an application keeps as text where a server lacks them. */
function copySpelled(target: string, policy: ValuePolicy): CopyEncoder | null {
  switch (target) {
    case 'jsonb':
    case 'json':
      return jsonEncoder(target, policy);
    case 'uuid':
      return spelled('not-uuid', (text) => (/^[0-9a-f]{32}$/.test(canonicalUuid(text)) ? canonicalUuid(text) : null));
    case 'inet':
      return spelled('not-inet', (text) => (canonicalInet(text) === null ? null : text.trim()));
    default:
      return null;
  }
}

/** character(n) pads with spaces, so that spaces at the end of a value would be lost. */
function withoutPadding(encode: CopyEncoder): CopyEncoder {
  return (value, out) => {
    encode(value, out);
    if (out.bytes[out.position - 1] === 0x20 && value.bytes[value.position - 1] === 0x20)
      throw new ValueError('trailing-space', 'character(n) does not keep spaces at the end');
  };
}

function spelled(reason: string, spell: (text: string) => string | null): CopyEncoder {
  return (value, out) => {
    const text = spell(value.string());
    if (text === null) throw new ValueError(reason, 'the target type cannot read the value');
    out.latin1(text);
  };
}

export function canonicalText(text: string, target: string): string {
  switch (targetType(target).name) {
    case 'jsonb':
    case 'json':
      return canonicalJsonText(text);
    case 'uuid':
      return canonicalUuid(text);
    case 'inet':
      return canonicalInet(text) ?? text;
    case 'character':
      return text.replace(/ +$/, '');
    default:
      return text;
  }
}
