import type { BinlogDecoder, ColumnCodec } from './codec.ts';
import { skipper } from './copy-text.ts';
import { canonicalDate, canonicalStamp, dateEncoder } from './date-copy.ts';
import { homewardStamp, stampLiteral } from './stamp-home.ts';
import { stampText } from './stamp-text.ts';
import { targetType } from './target-type.ts';
import { putDate, startText } from './temporal.ts';

/** date: `YYYY-MM-DD` in the log, zero and partial-zero dates included. */
export const DATE: ColumnCodec = {
  avro: 'string',
  skip: skipper('string'),
  binlog: () => binlogDate,
  select: (quoted) => quoted,
  query: (bytes, start, end, out) => out.slice(bytes, start, end),
  target: () => 'date',
  check: () => null,
  copy: (target, policy) => dateEncoder(targetType(target), null, policy),
  canonicalSource: (value, target, policy) => canonicalDate(value.string(), targetType(target), policy),
  canonicalTarget: (text, target) => canonicalStamp(text, targetType(target)),
  serverText: (target, policy) => stampText(null, targetType(target), policy),
  fromTarget: (target, { policy }) =>
    dateEncoder(targetType(target), null, policy) === null
      ? null
      : homewardStamp({ fraction: null, suffix: '' }, targetType(target), policy),
  literal: () => (value) => stampLiteral(value.string(), null),
};

/** Three bytes, little endian: day in 5 bits, month in 4, year in 15. */
const binlogDate: BinlogDecoder = (cell, out) => {
  const at = cell.position;
  cell.skip(3);
  const source = cell.bytes;
  const packed = (source[at] as number) | ((source[at + 1] as number) << 8) | ((source[at + 2] as number) << 16);
  const start = startText(out, 10);
  putDate(out.bytes, start, packed >> 9, (packed >> 5) & 15, packed & 31);
};
