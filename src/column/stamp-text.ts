import type { ValuePolicy } from './codec.ts';
import { canonicalStamp, zoneOf } from './date-copy.ts';
import { quoteLiteral } from './literal.ts';
import { type ServerText, targetPlain } from './server-text.ts';
import type { TargetType } from './target-type.ts';

/**
 * A date (`fraction` null) or a date with a clock as both servers print it, without zeros at the end of the fraction.
 * Of another zone than UTC only the row's reader knows the offset.
 */
export function stampText(fraction: number | null, target: TargetType, policy: ValuePolicy): ServerText | null {
  if (!/^(date|timestamp)/.test(target.name)) return null;
  const zone = zoneOf(target, policy);
  if (zone !== null && zone !== 'UTC') return null;
  const isDate = target.name === 'date';
  return {
    source: (quoted) => withPolicy(`CAST(${quoted} AS CHAR)`, { fraction, target, policy }),
    // Without its zone, so that what is printed does not depend on the session's.
    target: (quoted) => (zone === null || isDate ? targetPlain(quoted) : `(${quoted} AT TIME ZONE 'UTC')::text`),
  };
}

interface Stamp {
  readonly fraction: number | null;
  readonly target: TargetType;
  readonly policy: ValuePolicy;
}

function withPolicy(text: string, stamp: Stamp): string {
  const { target, policy } = stamp;
  const held = heldText(text, stamp);
  if (policy.zeroDate === 'refuse') return held;
  const isNull = policy.zeroDate.toLowerCase() === 'null';
  const replaced = isNull ? 'NULL' : quoteLiteral(canonicalStamp(policy.zeroDate, target));
  return `IF(${isZeroDateText(text)}, ${replaced}, ${held})`;
}

/** Condition of the source: a zero in the year, month or day of a date's text. */
export function isZeroDateText(text: string): string {
  return `LEFT(${text}, 4) = '0000' OR SUBSTR(${text}, 6, 2) = '00' OR SUBSTR(${text}, 9, 2) = '00'`;
}

function heldText(text: string, { fraction, target }: Stamp): string {
  const hasClock = target.name !== 'date';
  if (fraction === null) return hasClock ? `CONCAT(${text}, ' 00:00:00')` : text;
  const trimmed = fraction === 0 ? text : `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${text}))`;
  // A date has no clock: midnight goes, another time of day stays and equals no date.
  return hasClock ? trimmed : `IF(SUBSTR(${trimmed}, 12) = '00:00:00', LEFT(${text}, 10), ${trimmed})`;
}
