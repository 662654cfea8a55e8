import { ByteWriter } from '../avro/byte-writer.ts';
import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import type { BinlogDecoder, ColumnCodec, CopyEncoder, QueryDecoder, ValuePolicy, WireColumn } from './codec.ts';
import { copyText, policyText, skipper } from './copy-text.ts';
import { fromText, notMember, stringLiteral } from './homeward.ts';
import { quoteLiteral } from './literal.ts';
import { storableMembers } from './member.ts';
import { type ServerText, targetTextDigest } from './server-text.ts';
import { canonicalText, copyIntoText, memberText } from './text.ts';

type SetType = Extract<ColumnType, { kind: 'set' }>;

/** set: its members joined by commas, in the order of the definition; a member never holds a comma itself. */
export function setCodec({ members }: SetType): ColumnCodec {
  const ranks = new Map(members.map((member, rank) => [member, rank]));
  return {
    avro: 'string',
    skip: skipper('string'),
    binlog: (wire) => setDecoder(members, wire),
    select: (quoted) => quoted,
    query: (bytes, start, end, out) => out.slice(bytes, start, end),
    target: () => 'text[]',
    check: (quoted) => `${quoted} <@ ARRAY[${storableMembers(members).map(quoteLiteral).join(', ')}]::text[]`,
    copy: copySet,
    canonicalSource: (value, _, policy) => policyText(value.string(), policy.nul),
    canonicalTarget: (text, target) =>
      target.endsWith('[]') ? (setOf(ranks, arrayItems(text)) ?? text) : canonicalText(text, target),
    serverText: (target, policy) => setText(members, target, policy),
    fromTarget: (target, home) => (copySet(target, home.policy) === null ? null : homewardSet(ranks, target)),
    literal: () => (value) => setLiteral(value.string(), members),
  };
}

type Ranks = ReadonlyMap<string, number>;

type Items = readonly (string | null)[];

/** The text of a set: its members in the order of the definition, each once, both of which only an array knows. null: it is none. */
function setOf(ranks: Ranks, items: Items | null): string | null {
  if (items === null) return null;
  const rank = (item: string | null) => ranks.get(item ?? '') ?? 0;
  if (items.every((item) => item !== null && ranks.has(item)))
    return [...new Set(items)].sort((a, b) => rank(a) - rank(b)).join(',');
  // Joined, these would be the text of another set.
  return items.some((item) => item === null || item === '' || item.includes(',')) ? null : items.join(',');
}

function homewardSet(ranks: Ranks, target: string): QueryDecoder {
  const itemsOf = target.endsWith('[]') ? arrayItems : (text: string) => (text === '' ? [] : text.split(','));
  return fromText((text, out) => {
    const set = setOf(ranks, itemsOf(text));
    if (set === null) throw notMember();
    out.string(set);
  });
}

function setLiteral(text: string, members: readonly string[]): string {
  if (text !== '' && !text.split(',').every((item) => members.includes(item))) throw notMember();
  return stringLiteral(text);
}

/** On the target what `setOf` makes of the array; of what is no set the array's own text. */
function setText(members: readonly string[], target: string, policy: ValuePolicy): ServerText | null {
  const text = memberText(target.endsWith('[]') ? 'text' : target, policy);
  if (text === null || !target.endsWith('[]')) return text;
  const all = `ARRAY[${members.map(quoteLiteral).join(', ')}]::text[]`;
  const sorted = (array: string) =>
    `ARRAY(SELECT m FROM unnest(${all}) WITH ORDINALITY AS d(m, place) WHERE m = ANY (${array}) ORDER BY place)`;
  const isPlain = (array: string) => `coalesce(array_ndims(${array}) = 1 AND array_lower(${array}, 1) = 1, true)`;
  const isOdd = (array: string) =>
    `EXISTS (SELECT FROM unnest(${array}) AS i(item) WHERE coalesce(item = '' OR strpos(item, ',') > 0, true))`;
  const joined = (array: string) => `CASE WHEN NOT ${isPlain(array)} THEN ${array}::text
    WHEN ${array} <@ ${all} THEN array_to_string(${sorted(array)}, ',')
    WHEN ${isOdd(array)} THEN ${array}::text ELSE array_to_string(${array}, ',') END`;
  return { ...text, target: (quoted) => targetTextDigest(joined(`${quoted}::text[]`)) };
}

function setDecoder(members: readonly string[], wire: WireColumn): BinlogDecoder {
  const texts = members.map((member) => Buffer.from(member));
  const width = wire.meta >> 8 || setBytes(members.length);
  const bits: number[] = [];
  return (cell, out) => {
    const at = cell.position;
    cell.skip(width);
    bits.length = 0;
    let length = 0;
    for (let bit = 0; bit < width * 8; bit++) {
      if (((cell.bytes[at + (bit >> 3)] as number) >> (bit & 7)) & 1) {
        const text = texts[bit];
        if (!text) throw new RangeError(`a SET of ${members.length} members has no member ${bit + 1}`);
        bits.push(bit);
        length += text.length;
      }
    }
    out.long(length + Math.max(0, bits.length - 1));
    for (let i = 0; i < bits.length; i++) {
      if (i > 0) out.byte(0x2c);
      out.raw(texts[bits[i] as number] as Buffer);
    }
  };
}

function setBytes(count: number): number {
  return count > 32 ? 8 : Math.max(1, (count + 7) >> 3);
}

function copySet(target: string, policy: ValuePolicy): CopyEncoder | null {
  if (target !== 'text[]' && target !== 'character varying[]') return copyIntoText(target, policy);
  const known = new Map<string, Buffer>();
  return (value, out) => {
    const text = value.string();
    const field = known.get(text) ?? arrayField(text, policy);
    if (known.size < CACHED) known.set(text, field);
    out.raw(field);
  };
}

/** A column has few different values, at most this many are kept. */
const CACHED = 1024;

function arrayField(text: string, policy: ValuePolicy): Buffer {
  if (policy.nul === 'refuse' && text.includes('\0'))
    throw new ValueError('nul-byte', 'PostgreSQL text cannot hold the NUL character');
  const fit = policyText(text, policy.nul);
  const items = fit === '' ? [] : fit.split(',').map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`);
  const array = Buffer.from(`{${items.join(',')}}`);
  const out = new ByteWriter(array.length * 2);
  copyText(array, 0, array.length, out);
  return out.take();
}

/** Items of an array as PostgreSQL prints it, null for NULL; null for one of more dimensions, or that does not begin at 1. */
function arrayItems(text: string): Items | null {
  const items: (string | null)[] = [];
  let length = text === '{}' ? 1 : 0;
  for (const [matched, quoted, bare = ''] of text.matchAll(/[{,](?:"((?:[^"\\]|\\[\s\S])*)"|([^{},"]+))/g)) {
    length += matched.length;
    if (quoted === undefined) items.push(bare === 'NULL' ? null : bare);
    else items.push(quoted.replace(/\\([\s\S])/g, '$1'));
  }
  return text.startsWith('{') && length + 1 === text.length ? items : null;
}
