import { AvroWriter } from '../avro/writer.ts';
import type { ColumnType } from '../contract/table.ts';
import type { BinlogDecoder, ColumnCodec, ColumnFacts, WireColumn } from './codec.ts';
import { policyText, skipper } from './copy-text.ts';
import { notMember, stringLiteral } from './homeward.ts';
import { quoteLiteral } from './literal.ts';
import { storableMembers } from './member.ts';
import { canonicalText, copyIntoText, homewardText, memberText } from './text.ts';

type Enum = Extract<ColumnType, { kind: 'enum' }>;

/** enum: the member's text in the log; '' is what a server keeps for a value that was no member. */
export function enumCodec({ members }: Enum): ColumnCodec {
  return {
    avro: 'string',
    skip: skipper('string'),
    binlog: (wire) => enumDecoder(members, wire),
    select: (quoted) => quoted,
    query: (bytes, start, end, out) => out.slice(bytes, start, end),
    target: () => 'text',
    check: (quoted, facts) => checkEnum(members, quoted, facts),
    copy: (target, policy) => copyIntoText(target, policy),
    canonicalSource: (value, _, policy) => policyText(value.string(), policy.nul),
    canonicalTarget: canonicalText,
    serverText: (target, policy) => memberText(target, policy),
    fromTarget: (target, home) => (copyIntoText(target, home.policy) === null ? null : homewardText(target, home)),
    literal: () => (value) => enumLiteral(value.string(), members),
  };
}

/**
 * A server would take another case, a number as an index, and spaces at the end for the member. The '' that it keeps for
 * what was no member cannot be written in strict mode.
 */
function enumLiteral(text: string, members: readonly string[]): string {
  if (!members.includes(text)) throw notMember();
  return stringLiteral(text);
}

function enumDecoder(members: readonly string[], wire: WireColumn): BinlogDecoder {
  const strings = ['', ...members].map(avroString);
  const bytes = enumBytes(wire, members.length);
  return (cell, out) => {
    const at = cell.position;
    cell.skip(bytes);
    const index = bytes === 1 ? (cell.bytes[at] as number) : cell.bytes.readUInt16LE(at);
    const member = strings[index];
    if (!member) throw new RangeError(`an ENUM of ${members.length} members has no member ${index}`);
    out.raw(member);
  };
}

/** The second metadata byte says how many bytes the index takes. */
function enumBytes(wire: WireColumn, count: number): number {
  return wire.meta >> 8 || (count < 256 ? 1 : 2);
}

export function avroString(text: string): Buffer {
  const out = new AvroWriter(text.length + 8);
  out.string(text);
  return out.take();
}

/** '' stays allowed until a scan has seen that no row has it: servers in non-strict mode store it for any wrong value. */
function checkEnum(members: readonly string[], quoted: string, facts: ColumnFacts): string {
  const allowed = facts.isNeverEmpty || members.includes('') ? members : [...members, ''];
  return `${quoted} IN (${storableMembers(allowed).map(quoteLiteral).join(', ')})`;
}
