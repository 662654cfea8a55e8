import type { BinlogCoordinate, Position } from '../contract/position.ts';
import { parseCoordinate, printCoordinate } from './coordinate.ts';
import { GtidSet } from './gtid-set.ts';

/** One transaction's GTID: `source` is `uuid` or `uuid:tag`. */
export interface MysqlGtid {
  readonly source: string;
  readonly number: bigint;
}

export interface MysqlState {
  /** End of the last handled event in the binlog of the server that was read; `serverId` is its server_uuid. */
  readonly coordinate: BinlogCoordinate;
  /** Every transaction the stream has handled, undecided XA PREPAREs included. */
  readonly handled: GtidSet;
  /** XA PREPAREs whose rows wait for XA COMMIT or XA ROLLBACK: left out of the resume set (INV-12). */
  readonly undecided: readonly MysqlGtid[];
}

/** GTID set with file and offset. Text: `server_uuid file:offset gtids` and ` ~undecided`; `-` for an empty set. */
export class MysqlPosition implements Position, MysqlState {
  readonly server = 'mysql';
  readonly coordinate: BinlogCoordinate;
  readonly handled: GtidSet;
  readonly undecided: readonly MysqlGtid[];

  constructor(state: MysqlState) {
    this.coordinate = state.coordinate;
    this.handled = state.handled;
    this.undecided = state.undecided;
  }

  /** Throws a RangeError for a text that is not ours. */
  static parse(text: string): MysqlPosition {
    const [server, coordinate, gtids, undecided = '~', ...rest] = text.split(' ');
    if (gtids === undefined || rest.length > 0 || !undecided.startsWith('~')) throw new RangeError('no MySQL position');
    return new MysqlPosition({
      coordinate: parseCoordinate(`${server} ${coordinate}`),
      handled: GtidSet.parse(gtids === '-' ? '' : gtids),
      undecided: undecided.slice(1).split(',').filter(Boolean).map(parseGtid),
    });
  }

  get text(): string {
    const undecided = this.undecided.length === 0 ? '' : ` ~${this.undecided.map(printGtid).join(',')}`;
    return `${printCoordinate(this.coordinate)} ${this.handled.text || '-'}${undecided}`;
  }

  /** What to tell the server: everything that must not be sent again. */
  get resume(): GtidSet {
    return this.undecided.reduce((set, { source, number }) => set.without(source, number), this.handled);
  }
}

export function printGtid({ source, number }: MysqlGtid): string {
  return `${source}:${number}`;
}

function parseGtid(text: string): MysqlGtid {
  const at = text.lastIndexOf(':');
  const gtid = { source: text.slice(0, at), number: BigInt(text.slice(at + 1)) };
  GtidSet.parse(text);
  return gtid;
}
