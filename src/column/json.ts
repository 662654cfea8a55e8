import { ByteWriter } from '../avro/byte-writer.ts';
import { writeJson } from './binary-json.ts';
import { lengthBytes, readLength } from './cell-length.ts';
import type { BinlogDecoder, ColumnCodec, ValuePolicy, WireColumn } from './codec.ts';
import { skipper } from './copy-text.ts';
import { canonicalJson } from './json-canonical.ts';
import { jsonEncoder, policyJson } from './json-copy.ts';
import { canonicalText, copyIntoText } from './text.ts';

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
};

function isJson(target: string): boolean {
  return target === 'json' || target === 'jsonb';
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
