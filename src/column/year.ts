import type { ColumnCodec } from './codec.ts';
import { integerCodec } from './integer.ts';

const integer = integerCodec({ kind: 'integer', bytes: 2, unsigned: false });

/** year: int in the log; one byte from 1900 on, 0 is the year 0000. */
export const YEAR: ColumnCodec = {
  ...integer,
  binlog: () => (cell, out) => {
    const byte = cell.byte();
    out.long(byte === 0 ? 0 : byte + 1900);
  },
  target: () => 'smallint',
};
