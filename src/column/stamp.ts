import type { BinlogDecoder, ColumnCodec, ValuePolicy, WireColumn } from './codec.ts';
import { skipper } from './copy-text.ts';
import { canonicalDate, canonicalStamp, dateEncoder } from './date-copy.ts';
import { homewardStamp, stampLiteral } from './stamp-home.ts';
import { stampText } from './stamp-text.ts';
import { targetType } from './target-type.ts';
import { copyStamp, startText } from './temporal.ts';

const Z = 0x5a;

/** What tells datetime and timestamp apart. */
export interface StampType {
  /** Digits after the second. */
  readonly fraction: number;
  /** An instant, with a Z behind it in the log; else a time without a zone. */
  readonly isInstant: boolean;
  binlog(wire: WireColumn): BinlogDecoder;
}

/** A date with a clock: `YYYY-MM-DDThh:mm:ss.ffffff` in the log, the server's own text but for the T and the Z. */
export function stampCodec({ fraction, isInstant, binlog }: StampType): ColumnCodec {
  const zoned = (policy: ValuePolicy) => (isInstant ? inUtc(policy) : policy);
  return {
    avro: 'string',
    skip: skipper('string'),
    binlog,
    select: (quoted) => quoted,
    query: (bytes, start, end, out) => {
      const at = startText(out, end - start + (isInstant ? 1 : 0));
      copyStamp(bytes, start, end, out.bytes, at);
      if (isInstant) out.bytes[out.position - 1] = Z;
    },
    target: ({ isZoned = false }) => `timestamp(${fraction}) ${isInstant || isZoned ? 'with' : 'without'} time zone`,
    check: () => null,
    copy: (target, policy) => dateEncoder(targetType(target), fraction, zoned(policy)),
    canonicalSource: (value, target, policy) => canonicalDate(value.string(), targetType(target), zoned(policy)),
    canonicalTarget: (text, target) => canonicalStamp(text, targetType(target)),
    serverText: (target, policy) => stampText(fraction, targetType(target), zoned(policy)),
    fromTarget: (target, { policy }) =>
      dateEncoder(targetType(target), fraction, zoned(policy)) === null
        ? null
        : homewardStamp({ fraction, suffix: isInstant ? 'Z' : '' }, targetType(target), zoned(policy)),
    literal: () => (value) => stampLiteral(value.string(), fraction),
  };
}

/** An instant is one whatever zone the values without one are of. */
function inUtc(policy: ValuePolicy): ValuePolicy {
  return { ...policy, zone: 'UTC' };
}
