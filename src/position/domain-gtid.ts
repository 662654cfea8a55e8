/** The last transaction of one MariaDB replication domain. */
export interface DomainGtid {
  readonly domain: number;
  readonly serverId: number;
  readonly sequence: bigint;
}

const GTID = /^(\d{1,10})-(\d{1,10})-(\d{1,20})$/;

/** MariaDB's GTID position: the last transaction of each domain, within which order is total. Immutable. */
export class DomainGtids {
  static readonly EMPTY = new DomainGtids(new Map());
  readonly #domains: ReadonlyMap<number, DomainGtid>;

  private constructor(domains: ReadonlyMap<number, DomainGtid>) {
    this.#domains = domains;
  }

  /** Text as in `@@gtid_binlog_pos`. Throws a RangeError for anything else, and for a domain named twice. */
  static parse(text: string): DomainGtids {
    const domains = new Map<number, DomainGtid>();
    for (const entry of text.replace(/\s/g, '').split(',')) {
      if (entry === '') continue;
      const gtid = parseGtid(entry);
      if (domains.has(gtid.domain)) throw new RangeError(`GTID domain ${gtid.domain} is named twice`);
      domains.set(gtid.domain, gtid);
    }
    return new DomainGtids(domains);
  }

  /** Replaces the domain's entry, never the larger of both: after a failover numbers may start lower. */
  add(gtid: DomainGtid): DomainGtids {
    return new DomainGtids(new Map(this.#domains).set(gtid.domain, gtid));
  }

  of(domain: number): DomainGtid | undefined {
    return this.#domains.get(domain);
  }

  get domains(): Iterable<DomainGtid> {
    return this.#domains.values();
  }

  /** Whether every domain of `other` is here, at or past its number. Equal numbers of two servers are two histories. */
  contains(other: DomainGtids): boolean {
    for (const theirs of other.domains) {
      const own = this.of(theirs.domain);
      if (own === undefined || own.sequence < theirs.sequence) return false;
      if (own.sequence === theirs.sequence && own.serverId !== theirs.serverId) return false;
    }
    return true;
  }

  get text(): string {
    const sorted = [...this.#domains.values()].sort((a, b) => a.domain - b.domain);
    return sorted.map(printGtid).join(',');
  }
}

export function printGtid(gtid: DomainGtid): string {
  return `${gtid.domain}-${gtid.serverId}-${gtid.sequence}`;
}

function parseGtid(text: string): DomainGtid {
  const match = GTID.exec(text);
  if (!match) throw new RangeError(`no MariaDB GTID: ${text}`);
  const gtid = { domain: Number(match[1]), serverId: Number(match[2]), sequence: BigInt(match[3] ?? '') };
  if (gtid.domain > 0xffffffff || gtid.serverId > 0xffffffff || gtid.sequence >= 2n ** 64n) {
    throw new RangeError(`no MariaDB GTID: ${text}`);
  }
  return gtid;
}
