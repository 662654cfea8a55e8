import type { BinlogCoordinate, Position } from '../contract/position.ts';
import { parseCoordinate, printCoordinate } from './coordinate.ts';
import { DomainGtids } from './domain-gtid.ts';

export interface MariadbState {
  /** End of the last handled event in the binlog of the server that was read; `serverId` is its @@server_id. */
  readonly coordinate: BinlogCoordinate;
  readonly handled: DomainGtids;
  /**
   * Where to dump from when XA PREPAREs are undecided: just before the oldest of them. MariaDB's positions have no
   * holes, so what was handled since is sent again and dropped (INV-12). null: the same as `handled`.
   */
  readonly dumpFrom: DomainGtids | null;
}

/** GTID per domain with file and offset. Text: `server_id file:offset gtids` and ` ~dump-from`; `-` for none. */
export class MariadbPosition implements Position, MariadbState {
  readonly server = 'mariadb';
  readonly coordinate: BinlogCoordinate;
  readonly handled: DomainGtids;
  readonly dumpFrom: DomainGtids | null;

  constructor(state: MariadbState) {
    this.coordinate = state.coordinate;
    this.handled = state.handled;
    this.dumpFrom = state.dumpFrom;
  }

  /** Throws a RangeError for a text that is not ours. */
  static parse(text: string): MariadbPosition {
    const [server, coordinate, gtids, dumpFrom, ...rest] = text.split(' ');
    if (gtids === undefined || rest.length > 0) throw new RangeError('no MariaDB position');
    if (dumpFrom !== undefined && !dumpFrom.startsWith('~')) throw new RangeError('no MariaDB position');
    return new MariadbPosition({
      coordinate: parseCoordinate(`${server} ${coordinate}`),
      handled: parseGtids(gtids),
      dumpFrom: dumpFrom === undefined ? null : parseGtids(dumpFrom.slice(1)),
    });
  }

  get text(): string {
    const dumpFrom = this.dumpFrom === null ? '' : ` ~${this.dumpFrom.text || '-'}`;
    return `${printCoordinate(this.coordinate)} ${this.handled.text || '-'}${dumpFrom}`;
  }

  /** What to tell the server: it sends what comes after. */
  get resume(): DomainGtids {
    return this.dumpFrom ?? this.handled;
  }
}

function parseGtids(text: string): DomainGtids {
  return DomainGtids.parse(text === '-' ? '' : text);
}
