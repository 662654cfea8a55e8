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
      target.endsWith('[]') ? asSet(ranks, arrayItems(text)).join(',') : canonicalText(text, target),
    serverText: (target, policy) => setText(members, target, policy),
    fromTarget: (target, home) => (copySet(target, home.policy) === null ? null : homewardSet(ranks, target)),
    literal: () => (value) => setLiteral(value.string(), members),
  };
}

type Ranks = ReadonlyMap<string, number>;

/** In the order of the definition, each once: an array knows both, a set neither. */
function asSet(ranks: Ranks, items: readonly string[]): readonly string[] {
  if (!items.every((item) => ranks.has(item))) return items;
  return [...new Set(items)].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
}

function homewardSet(ranks: Ranks, target: string): QueryDecoder {
  const isArray = target.endsWith('[]');
  return fromText((text, out) => {
    const items = isArray ? arrayItems(text) : text === '' ? [] : text.split(',');
    const isOdd = isArray && (/(^|[{,])NULL([},]|$)/.test(text) || text.startsWith('{{'));
    if (isOdd || items.some((item) => item.includes(','))) throw notMember();
    out.string(asSet(ranks, items).join(','));
  });
}

function setLiteral(text: string, members: readonly string[]): string {
  if (text !== '' && !text.split(',').every((item) => members.includes(item))) throw notMember();
  return stringLiteral(text);
}

/** On the target the members in the order of the definition, each once; with what is no member the array as it is. */
function setText(members: readonly string[], target: string, policy: ValuePolicy): ServerText | null {
  const text = memberText(target.endsWith('[]') ? 'text' : target, policy);
  if (text === null || !target.endsWith('[]')) return text;
  const all = `ARRAY[${members.map(quoteLiteral).join(', ')}]::text[]`;
  const sorted = (quoted: string) =>
    `ARRAY(SELECT m FROM unnest(${all}) WITH ORDINALITY AS d(m, place) WHERE m = ANY (${quoted}::text[]) ORDER BY place)`;
  const known = (quoted: string) =>
    `CASE WHEN ${quoted}::text[] <@ ${all} THEN ${sorted(quoted)} ELSE ${quoted}::text[] END`;
  return { ...text, target: (quoted) => targetTextDigest(`array_to_string(${known(quoted)}, ',', 'NULL')`) };
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

/** Items of a one-dimensional array as PostgreSQL prints it, without NULLs. */
export function arrayItems(text: string): string[] {
  const items: string[] = [];
  for (const [, quoted, bare] of text.matchAll(/[{,](?:"((?:[^"\\]|\\[\s\S])*)"|([^{},"]+))/g))
    items.push(quoted === undefined ? (bare ?? '') : quoted.replace(/\\([\s\S])/g, '$1'));
  return items;
}
