/** Inclusive ranges of transaction numbers, flat: start, end, start, end, ... sorted, never touching. */
type Ranges = readonly bigint[];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TAG = /^[a-z_][a-z0-9_]{0,31}$/;
const RANGE = /^(\d{1,19})(?:-(\d{1,19}))?$/;
const LAST_NUMBER = 2n ** 63n - 1n;

/**
 * A set of MySQL GTIDs, immutable. A source is `uuid` or, for a tagged GTID (MySQL 8.3), `uuid:tag`, in lower case.
 * The source that was added to last stands beside the shared map, so that `add` copies no map while one server writes.
 */
export class GtidSet {
  static readonly EMPTY = new GtidSet(new Map(), '', []);
  readonly #base: ReadonlyMap<string, Ranges>;
  readonly #source: string;
  readonly #ranges: Ranges;
  #text: string | null = null;

  private constructor(base: ReadonlyMap<string, Ranges>, source: string, ranges: Ranges) {
    this.#base = base;
    this.#source = source;
    this.#ranges = ranges;
  }

  /** MySQL's text form, white space allowed. Throws a RangeError for anything else. */
  static parse(text: string): GtidSet {
    const sources = new Map<string, Ranges>();
    for (const entry of text.replace(/\s/g, '').toLowerCase().split(',')) {
      if (entry !== '') parseEntry(entry, sources);
    }
    return new GtidSet(sources, '', []);
  }

  add(source: string, number: bigint): GtidSet {
    if (source === this.#source) return new GtidSet(this.#base, source, withRange(this.#ranges, number, number));
    const base = this.#source === '' ? this.#base : new Map(this.#base).set(this.#source, this.#ranges);
    return new GtidSet(base, source, withRange(base.get(source) ?? [], number, number));
  }

  has(source: string, number: bigint): boolean {
    return covers(this.#rangesOf(source), number, number);
  }

  without(source: string, number: bigint): GtidSet {
    if (!this.has(source, number)) return this;
    const sources = new Map(this.#sources());
    sources.set(source, cut(this.#rangesOf(source), number));
    return new GtidSet(sources, '', []);
  }

  /** Whether every GTID of `other` is in this set. */
  contains(other: GtidSet): boolean {
    for (const [source, ranges] of other.#sources()) {
      const own = this.#rangesOf(source);
      if (own === ranges) continue;
      for (let i = 0; i < ranges.length; i += 2) {
        if (!covers(own, ranges[i] as bigint, ranges[i + 1] as bigint)) return false;
      }
    }
    return true;
  }

  /** Whether both know a common source: the least that two servers of one history share. */
  meets(other: GtidSet): boolean {
    for (const [source, ranges] of other.#sources()) {
      if (ranges.length > 0 && this.#rangesOf(source).length > 0) return true;
    }
    return false;
  }

  get isEmpty(): boolean {
    return this.text === '';
  }

  /** Canonical, as MySQL prints it: sources sorted, a uuid's tags behind its untagged numbers. Made when first asked. */
  get text(): string {
    this.#text ??= print([...this.#sources()].filter(([, ranges]) => ranges.length > 0));
    return this.#text;
  }

  #rangesOf(source: string): Ranges {
    return (source === this.#source ? this.#ranges : this.#base.get(source)) ?? [];
  }

  *#sources(): Iterable<readonly [string, Ranges]> {
    for (const entry of this.#base) if (entry[0] !== this.#source) yield entry;
    if (this.#source !== '') yield [this.#source, this.#ranges];
  }
}

function parseEntry(entry: string, sources: Map<string, Ranges>): void {
  const [uuid = '', ...items] = entry.split(':');
  let source = uuid;
  let isOpen = true;
  if (!UUID.test(uuid)) throw new RangeError(`no GTID source: ${uuid}`);
  for (const item of items) {
    const range = RANGE.exec(item);
    if (!range && !TAG.test(item)) throw new RangeError(`no GTID range: ${item}`);
    if (range) {
      const start = BigInt(range[1] ?? '');
      sources.set(
        source,
        withRange(sources.get(source) ?? [], start, range[2] === undefined ? start : BigInt(range[2])),
      );
    } else source = `${uuid}:${item}`;
    isOpen = !range;
  }
  if (isOpen) throw new RangeError(`a GTID source without numbers: ${entry}`);
}

function withRange(ranges: Ranges, start: bigint, end: bigint): Ranges {
  if (start < 1n || end < start || end > LAST_NUMBER) throw new RangeError(`no GTID range: ${start}-${end}`);
  const last = ranges.length - 1;
  const lastEnd = ranges[last];
  if (lastEnd === undefined) return [start, end];
  if (start === lastEnd + 1n) return ranges.with(last, end);
  if (start > lastEnd) return [...ranges, start, end];
  return merged(ranges, start, end);
}

function merged(ranges: Ranges, start: bigint, end: bigint): Ranges {
  const before: bigint[] = [];
  const after: bigint[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const from = ranges[i] as bigint;
    const to = ranges[i + 1] as bigint;
    if (to + 1n < start) before.push(from, to);
    else if (from > end + 1n) after.push(from, to);
    else {
      if (from < start) start = from;
      if (to > end) end = to;
    }
  }
  return [...before, start, end, ...after];
}

function cut(ranges: Ranges, number: bigint): Ranges {
  const rest: bigint[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const from = ranges[i] as bigint;
    const to = ranges[i + 1] as bigint;
    if (number < from || number > to) {
      rest.push(from, to);
      continue;
    }
    if (from < number) rest.push(from, number - 1n);
    if (to > number) rest.push(number + 1n, to);
  }
  return rest;
}

function covers(ranges: Ranges, start: bigint, end: bigint): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if ((ranges[i] as bigint) <= start && (ranges[i + 1] as bigint) >= end) return true;
  }
  return false;
}

function print(sources: (readonly [string, Ranges])[]): string {
  let text = '';
  let block = '';
  for (const [source, ranges] of sources.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [uuid = '', tag] = source.split(':');
    text += uuid === block ? `:${tag}` : `${text === '' ? '' : ','}${source}`;
    block = uuid;
    for (let i = 0; i < ranges.length; i += 2) {
      text += ranges[i] === ranges[i + 1] ? `:${ranges[i]}` : `:${ranges[i]}-${ranges[i + 1]}`;
    }
  }
  return text;
}
