import type { ColumnType } from '../contract/table.ts';
import type { ColumnCodec } from './codec.ts';
import { copyText, skipper } from './copy-text.ts';

type Text = Extract<ColumnType, { kind: 'text' }>;

/** char, varchar and the text types: UTF-8 in the log whatever the column's character set. */
export function textCodec(_type: Text): ColumnCodec {
  return {
    avro: 'string',
    skip: skipper('string'),
    binlog: () => (cell, out) => {
      const length = cell.byte();
      const at = cell.position;
      cell.skip(length);
      out.slice(cell.bytes, at, at + length);
    },
    select: (quoted) => quoted,
    query: (bytes, start, end, out) => out.slice(bytes, start, end),
    target: () => 'text',
    check: () => null,
    copy: () => (value, out) => {
      const start = value.span();
      copyText(value.bytes, start, value.position, out);
    },
    canonicalSource: (value) => value.string(),
    canonicalTarget: (text) => text,
  };
}
