import type { ColumnCodec } from './codec.ts';
import { readDigits } from './digit.ts';
import { integerCodec, outOfRange } from './integer.ts';

const integer = integerCodec({ kind: 'integer', bytes: 2, unsigned: false });

/** One or two digits would mean a year of 1970 to 2069. */
function yearLiteral(year: number): string {
  if (year !== 0 && (year < 1901 || year > 2155)) throw outOfRange('year of the source');
  return String(year);
}

const FIRST_OF_LAST_CENTURY = 70;

function sourceYear(quoted: string): string {
  const century = `IF(${quoted} + 0 < ${FIRST_OF_LAST_CENTURY}, 2000, 1900)`;
  return `CAST(${quoted} + IF(CHAR_LENGTH(${quoted}) = 2, ${century}, 0) AS CHAR)`;
}

/** year: int in the log; one byte from 1900 on, 0 is the year 0000. MariaDB prints YEAR(2) with two digits of 1970..2069. */
export const YEAR: ColumnCodec = {
  ...integer,
  binlog: () => (cell, out) => {
    const byte = cell.byte();
    out.long(byte === 0 ? 0 : byte + 1900);
  },
  query: (bytes, start, end, out) => {
    if (end - start > 2) integer.query(bytes, start, end, out);
    else {
      const year = readDigits(bytes, start, end - start);
      out.long(year + (year < FIRST_OF_LAST_CENTURY ? 2000 : 1900));
    }
  },
  target: () => 'smallint',
  check: (quoted) => `${quoted} = 0 OR ${quoted} >= 1901 AND ${quoted} <= 2155`,
  serverText: (target, policy) => {
    const text = integer.serverText(target, policy);
    return text && { ...text, source: sourceYear };
  },
  literal: () => (value) => yearLiteral(value.long()),
};
