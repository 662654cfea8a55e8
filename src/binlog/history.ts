import type { BinlogCoordinate, Position } from '../contract/position.ts';
import { type DomainGtid, type DomainGtids, printGtid as printDomainGtid } from '../position/domain-gtid.ts';
import { MariadbPosition } from '../position/mariadb.ts';
import { type MysqlGtid, MysqlPosition, printGtid } from '../position/mysql.ts';
import { EVENT, type EventHeader } from './event.ts';
import type { EventCursor } from './event-cursor.ts';
import { readGtid, readTaggedGtid } from './gtid-event.ts';
import { readMariadbGtid } from './mariadb-gtid-event.ts';

/** A transaction as its GTID event opens it. */
export interface Opening {
  /** false: the server sends again what was handled before, for the sake of an undecided XA PREPARE. */
  readonly isNew: boolean;
  readonly gtid: string;
  /** Microseconds since 1970 UTC. */
  readonly committedAtUs: bigint;
  /** MariaDB: one statement follows and no commit event. MySQL tells it by the lack of BEGIN. */
  readonly isStandalone: boolean;
  /** MariaDB: the half of a two-phase ALTER that changes nothing. */
  readonly isAlterPending: boolean;
  /** The GTID stands in the place of BEGIN. */
  readonly hasBegun: boolean;
  /** MariaDB: the rows are of an XA PREPARE. MySQL tells it by XA START. */
  readonly isXa: boolean;
  /** MariaDB: XA COMMIT or XA ROLLBACK; the rows, if any, are not surely visible yet (protocols 3). */
  readonly isXaDecision: boolean;
}

/**
 * What the stream has handled, transaction by transaction, and which XA PREPAREs are undecided (INV-12). `begin` reads
 * a GTID event; `handled` and `prepared` are about the transaction that it opened.
 */
export interface History {
  begin(cursor: EventCursor, header: EventHeader): Opening;
  /** The transaction begun is an XA PREPARE. */
  prepared(xid: string): void;
  /** Its XA COMMIT or XA ROLLBACK came. */
  decided(xid: string): void;
  handled(): void;
  position(coordinate: BinlogCoordinate): Position;
}

export function historyFrom(position: MysqlPosition | MariadbPosition): History {
  return position instanceof MysqlPosition ? new MysqlHistory(position) : new MariadbHistory(position);
}

class MysqlHistory implements History {
  #handled: MysqlPosition['handled'];
  /** By xid; after a resume by GTID until the PREPARE is read again and tells its xid. */
  readonly #undecided = new Map<string, MysqlGtid>();
  #list: readonly MysqlGtid[];
  #current: MysqlGtid | null = null;

  constructor(from: MysqlPosition) {
    this.#handled = from.handled;
    this.#list = from.undecided;
    for (const gtid of from.undecided) this.#undecided.set(printGtid(gtid), gtid);
  }

  begin(cursor: EventCursor, header: EventHeader): Opening {
    const { gtid, committedAtUs } = header.type === EVENT.taggedGtid ? readTaggedGtid(cursor) : readGtid(cursor);
    this.#current = gtid;
    return {
      isNew: !this.#handled.has(gtid.source, gtid.number),
      gtid: printGtid(gtid),
      committedAtUs: committedAtUs ?? secondsAsUs(header),
      isStandalone: false,
      isAlterPending: false,
      hasBegun: false,
      isXa: false,
      isXaDecision: false,
    };
  }

  prepared(xid: string): void {
    if (!this.#current) return;
    this.#undecided.delete(printGtid(this.#current));
    this.#undecided.set(xid, this.#current);
    this.#list = [...this.#undecided.values()];
  }

  decided(xid: string): void {
    this.#undecided.delete(xid);
    this.#list = [...this.#undecided.values()];
  }

  handled(): void {
    if (this.#current) this.#handled = this.#handled.add(this.#current.source, this.#current.number);
  }

  position(coordinate: BinlogCoordinate): Position {
    return new MysqlPosition({ coordinate, handled: this.#handled, undecided: this.#list });
  }
}

/**
 * MariaDB sends again all that came after `dumpFrom`. In each domain what comes up to the transaction that `handled`
 * names was handled before; within a domain order is total.
 */
class MariadbHistory implements History {
  #handled: DomainGtids;
  /** Where the stream itself stands; behind `#handled` while domains are sent again. */
  #walked: DomainGtids;
  /** Domains that have not come up to `#handled` again. */
  readonly #again = new Set<number>();
  /** By xid, in the order of the stream: where it stood before the PREPARE. */
  readonly #undecided = new Map<string, DomainGtids>();
  #current: DomainGtid | null = null;

  constructor(from: MariadbPosition) {
    this.#handled = from.handled;
    this.#walked = from.resume;
    for (const { domain, serverId, sequence } of from.handled.domains) {
      const resumed = from.resume.of(domain);
      if (resumed?.sequence !== sequence || resumed.serverId !== serverId) this.#again.add(domain);
    }
  }

  begin(cursor: EventCursor, header: EventHeader): Opening {
    const { gtid, isStandalone, isAlterPending, isPrepare, isDecision } = readMariadbGtid(cursor, header);
    this.#current = gtid;
    return {
      isNew: !this.#again.has(gtid.domain),
      gtid: printDomainGtid(gtid),
      committedAtUs: secondsAsUs(header),
      isStandalone,
      isAlterPending,
      hasBegun: !isStandalone,
      isXa: isPrepare,
      isXaDecision: isDecision,
    };
  }

  prepared(xid: string): void {
    this.#undecided.set(xid, this.#walked);
  }

  decided(xid: string): void {
    this.#undecided.delete(xid);
  }

  handled(): void {
    const gtid = this.#current;
    if (!gtid) return;
    this.#walked = this.#walked.add(gtid);
    if (!this.#again.has(gtid.domain)) this.#handled = this.#handled.add(gtid);
    else if (this.#handled.of(gtid.domain)?.sequence === gtid.sequence) this.#again.delete(gtid.domain);
  }

  position(coordinate: BinlogCoordinate): Position {
    const [oldest = null] = this.#undecided.values();
    const dumpFrom = oldest ?? (this.#again.size > 0 ? this.#walked : null);
    return new MariadbPosition({ coordinate, handled: this.#handled, dumpFrom });
  }
}

function secondsAsUs(header: EventHeader): bigint {
  return BigInt(header.timestampS) * 1_000_000n;
}
