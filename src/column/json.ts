import { ByteWriter } from '../avro/byte-writer.ts';
import { ValueError } from '../contract/error.ts';
import { writeJson } from './binary-json.ts';
import { lengthBytes, readLength } from './cell-length.ts';
import type { BinlogDecoder, ColumnCodec, ValuePolicy, WireColumn } from './codec.ts';
import { skipper } from './copy-text.ts';
import { isExactDouble, stringLiteral } from './homeward.ts';
import { canonicalJson } from './json-canonical.ts';
import { jsonEncoder, policyJson } from './json-copy.ts';
import { canonicalText, copyIntoText, homewardText } from './text.ts';

/** json of MySQL: in the log the text that the server prints; MariaDB's is a longtext and stands in text.ts. */
export const JSON_CODEC: ColumnCodec = {
  avro: 'string',
  skip: skipper('string'),
  binlog: jsonDecoder,
  select: (quoted) => quoted,
  query: (bytes, start, end, out) => out.slice(bytes, start, end),
  target: () => 'jsonb',
  check: () => null,
  copy: (target, policy) =>
    target === 'jsonb' || target === 'json' ? jsonEncoder(target, policy, true) : copyIntoText(target, policy),
  canonicalSource: (value, target, policy) => canonicalValue(value.string(), target, policy),
  canonicalTarget: (text, target) => canonicalText(text, target),
  serverText: () => null,
  fromTarget: (target, home) =>
    isJson(target) || copyIntoText(target, home.policy) !== null ? homewardText(target, home) : null,
  literal: () => (value) => jsonLiteral(value.string()),
};

function isJson(target: string): boolean {
  return target === 'json' || target === 'jsonb';
}

/** Beyond 64 bits and for fractions the server keeps a double. */
function jsonLiteral(text: string): string {
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g))
    if (!token.startsWith('"') && !isExactDouble(token) && !isWideInteger(token))
      throw new ValueError('cut-fraction', 'JSON of the source keeps a double of this number');
  return stringLiteral(text);
}

function isWideInteger(token: string): boolean {
  return /^-?\d{1,20}$/.test(token) && BigInt(token) < 2n ** 64n && BigInt(token) >= -(2n ** 63n);
}

/** NUL is an escape in the text, so only jsonb minds it. */
function canonicalValue(text: string, target: string, policy: ValuePolicy): string {
  if (!isJson(target)) return text;
  return canonicalJson(target === 'jsonb' ? policyJson(text, policy.nul) : text);
}

/** The length of the text is known only at its end, so it is made beside first. One at a time: decoding never waits. */
const scratch = new ByteWriter(4096);

function jsonDecoder(wire: WireColumn): BinlogDecoder {
  const width = lengthBytes(wire);
  return (cell, out) => {
    const length = readLength(cell, width);
    const at = cell.position;
    cell.skip(length);
    scratch.reset();
    writeJson(cell.bytes, at, at + length, scratch);
    out.slice(scratch.bytes, 0, scratch.position);
  };
}
