import type { Position } from '../contract/position.ts';

const LSN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/** A PostgreSQL LSN. Text: as pg_lsn prints it, `16/B374D848`. */
export class PostgresqlPosition implements Position {
  readonly server = 'postgresql';
  readonly lsn: bigint;

  constructor(lsn: bigint) {
    this.lsn = lsn;
  }

  /** Throws a RangeError for a text that is not an LSN. */
  static parse(text: string): PostgresqlPosition {
    const match = LSN.exec(text);
    if (!match) throw new RangeError('no LSN');
    return new PostgresqlPosition((BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`));
  }

  get text(): string {
    return `${(this.lsn >> 32n).toString(16)}/${(this.lsn & 0xffffffffn).toString(16)}`.toUpperCase();
  }
}
