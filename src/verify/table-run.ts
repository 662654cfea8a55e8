import { SluiceError } from '../contract/error.ts';
import type { VerifyMode, VerifyState } from '../contract/verify.ts';
import { ChunkSize } from '../mysql/chunk-size.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { Bound, KeyRange } from '../mysql/key-order.ts';
import { type BagOutcome, checkBag } from './bag-check.ts';
import type { BagRepair, RepairedBag } from './bag-repair.ts';
import { checkChunk, type PartOutcome } from './chunk-check.ts';
import type { UnequalRow } from './compare-lines.ts';
import { type CauseOf, differencesOf, structural } from './describe-difference.ts';
import { checkExtras } from './extra-check.ts';
import { nullKeys } from './null-keys.ts';
import { begunOf, isBegun, sameRange, stateOf, type TableProgress, unverified, withPart } from './progress.ts';
import { checkHashedChunk, type Hashed, loadHashed } from './pushdown/hash-check.ts';
import { checkHashedWhole } from './pushdown/whole-check.ts';
import type { Repair, Repaired } from './repair.ts';
import { RoundQueue, type RoundQueueOptions } from './round-queue.ts';
import { RowPrint } from './row-print.ts';
import { stepSize } from './short-reads.ts';
import type { Sides } from './side.ts';
import { CHUNK_BYTES, chunkBound } from './source-rows.ts';
import type { TableChanges } from './table-changes.ts';
import { type UnfitRows, unfitAdvice, withUnfit } from './unfit-row.ts';
import { loadVerified, type Missing, shapeOf, type TableScope, type VerifiedTable } from './verified-table.ts';
import type { ComparedNow, ComparedTable, StoredVerification } from './verify-store.ts';

export interface TableRunOptions {
  readonly scope: TableScope;
  /** What an earlier run left; null: begin anew. */
  readonly stored: StoredVerification | null;
  readonly mode: VerifyMode;
  readonly chunkTargetMs: number;
  readonly chunkMaxRows: number;
  readonly add: RoundQueueOptions['add'];
  readonly save: (one: ComparedNow) => Promise<void>;
  readonly causes: (sides: Sides, table: VerifiedTable, print: RowPrint) => Promise<CauseOf>;
  /** null: what differs is only told. */
  readonly repair: { readonly rows: Repair; readonly bag: BagRepair } | null;
}

interface Followed {
  readonly table: VerifiedTable;
  readonly changes: TableChanges;
  /** null: rows are read. */
  readonly hashed: Hashed | null;
}

/** A table as it is while a run compares it. */
interface Loaded extends Followed {
  readonly print: RowPrint;
  readonly size: ChunkSize;
  readonly step: ChunkSize;
}

interface Part {
  readonly outcome: Exclude<PartOutcome, string>;
  readonly settled: () => void;
}

const SAVE_EVERY_MS = 1_000;

/** Compares one table, part by part, beside other tables and as many parts at once as the common queue allows. */
export class TableRun {
  readonly #options: TableRunOptions;
  readonly #queue: RoundQueue;
  #state: VerifyState = 'waiting';
  #progress: TableProgress | null = null;
  #advice: string | null = null;
  #finishedAtMs: number | null = null;
  #rowsEstimate = 0;
  #notedBefore = 0;
  #savedAtMs = 0;
  #unfit: UnfitRows = new Map();
  #streamed: readonly string[] = ['*'];

  constructor(options: TableRunOptions) {
    this.#options = options;
    this.#queue = new RoundQueue({
      add: options.add,
      begin: (sides, isStale) => this.#begin(sides, isStale),
      onGivenUp: (state, advice) => {
        this.#state = state;
        this.#advice = advice;
      },
      onEmpty: () => this.#finish(),
    });
  }

  /** Resolves when the table is compared, whatever came of it. */
  get done(): Promise<void> {
    return this.#queue.done;
  }

  get scope(): TableScope {
    return this.#options.scope;
  }

  /** As it stands now. */
  report(): ComparedTable {
    const { database, table } = this.scope;
    const progress = this.#progress;
    return {
      ...{ database, table, state: this.#state, advice: this.#advice, rowsEstimate: this.#rowsEstimate },
      ...{ startedAtMs: progress?.startedAtMs ?? null, finishedAtMs: this.#finishedAtMs },
      notedBefore: progress?.notedBefore ?? 0,
      position: this.#finishedAtMs === null ? null : (progress?.position ?? null),
      ...{ sourceRows: progress?.sourceRows ?? 0, targetRows: progress?.targetRows ?? 0, equal: progress?.equal ?? 0 },
      repaired: progress?.repaired ?? 0,
      ...{ changing: progress?.changing ?? 0, differenceCount: progress?.differenceCount ?? 0 },
      differences: progress?.differences ?? [],
      ...(this.#options.mode === 'pushdown' ? { streamed: this.#streamed } : {}),
    };
  }

  start(): void {
    this.#queue.start();
  }

  /** What is compared so far stands, though not all is. */
  async keep(): Promise<void> {
    if (this.#progress !== null && this.#finishedAtMs === null) await this.#save(true);
  }

  async #begin(sides: Sides, isStale: () => boolean): Promise<void> {
    const { follower, signal } = sides;
    this.#state = 'running';
    const changes = await follower.follow(this.scope, signal);
    const { window, low } = follower.open(changes);
    this.#notedBefore = changes.noted;
    changes.keep(window);
    window.close();
    const view = await sides.views.open(low.position);
    let isBroken = true;
    let table: VerifiedTable | Missing;
    let hashed: Hashed | null = null;
    try {
      table = await loadVerified(this.scope, view.connection, sides.session);
      if (this.#options.mode === 'pushdown' && !('missing' in table))
        hashed = await loadHashed(table, view.connection, sides.session);
      isBroken = false;
    } finally {
      await view.close(isBroken);
    }
    if (isStale()) return;
    if ('missing' in table) {
      this.#endMissing(table);
      return;
    }
    this.#rowsEstimate = table.readable.estimateRows;
    await this.#compare(sides, { table, hashed, changes }, isStale);
  }

  async #compare(sides: Sides, { table, hashed, changes }: Followed, isStale: () => boolean): Promise<void> {
    const { chunkTargetMs, chunkMaxRows, stored } = this.#options;
    const shape = shapeOf(table);
    const kept = this.#queue.round === 0 ? begunOf(stored?.progress ?? null, shape) : null;
    const fresh = unverified(shape, table.way === 'lookup', this.#notedBefore);
    this.#unfit = new Map();
    this.#progress = kept ?? { ...fresh, ...(await this.#knownFirst(sides, table)) };
    await this.#save(true);
    if (isStale()) return;
    const limits = { targetMs: chunkTargetMs, mostBytes: CHUNK_BYTES, mostRows: chunkMaxRows };
    const size = new ChunkSize(limits, table.readable.rowBytes);
    const loaded = { table, print: new RowPrint(table), changes, size, step: stepSize(table) };
    // What was begun by reading goes on by reading, and copies of a multiset are repaired by reading all of it.
    const isRead = isBegun(this.#progress) || (table.way === 'bag' && this.#options.repair !== null);
    const used = hashed?.isWhole && isRead ? null : hashed;
    this.#streamed = used?.hashes.streamed.map(({ name }) => name) ?? ['*'];
    if (used?.isWhole) this.#addWhole({ ...loaded, hashed: used }, used);
    else this.#addParts({ ...loaded, hashed: used });
  }

  /** What is different whatever the rows of both sides hold. */
  async #knownFirst({ session }: Sides, table: VerifiedTable) {
    const absent = table.absent.map((column) => structural(this.scope, column));
    const nulls = await nullKeys(session, table);
    return { differences: [...absent, ...nulls.differences], differenceCount: absent.length + nulls.count };
  }

  #addParts(loaded: Loaded): void {
    if (this.#progress === null) return;
    for (const range of this.#progress.left) this.#addRange(loaded, range);
    if (this.#progress.extras !== 'done') this.#addExtras(loaded, this.#progress.extras.after);
  }

  #addRange(loaded: Loaded, range: KeyRange): void {
    if (loaded.table.way === 'bag') {
      this.#queue.add((sides, isStale) => this.#bag(sides, loaded, isStale));
      return;
    }
    // Cut once, however often the chunk is tried.
    let chunk: KeyRange | null = null;
    this.#queue.add(async (sides, isStale) => {
      const { hashed } = loaded;
      const cut = (bound: Bound) => {
        chunk = this.#cut(loaded, { range, bound, isStale });
        return chunk;
      };
      const plan = async (connection: MysqlConnection) => {
        if (chunk !== null) return { range: chunk, first: null };
        const { rows } = loaded.size;
        const isCutBehind = sides.throttle.isLimited || loaded.table.boundColumns !== null;
        if (hashed === null && isCutBehind) return { range, first: rows };
        const bound = await chunkBound(connection, loaded.table, { range, rows });
        return { range: bound === null ? range : cut(bound), first: null };
      };
      const part = { ...loaded, sides, plan, cut };
      const outcome = hashed === null ? await checkChunk(part) : await checkHashedChunk({ ...part, ...hashed });
      if (isStale()) return;
      if (outcome === 'too-large') this.#addRange(loaded, chunk ?? range);
      else if (outcome === 'void') this.#queue.again();
      else await this.#took(sides, loaded, { outcome, settled: () => this.#replace(chunk ?? range, []) });
    });
  }

  /** Cuts a chunk off the range; the rest goes into the queue at once, so that it is compared beside this one. */
  #cut(
    loaded: Loaded,
    { range, bound, isStale }: { readonly range: KeyRange; readonly bound: Bound; readonly isStale: () => boolean },
  ): KeyRange {
    const chunk = { lower: range.lower, upper: bound };
    // At the end of a range nothing is left.
    if (String(bound) === String(range.upper)) return range;
    if (isStale()) return chunk;
    const rest = { lower: bound, upper: range.upper };
    this.#replace(range, [chunk, rest]);
    this.#addRange(loaded, rest);
    return chunk;
  }

  /** Nothing of it counts before all of it is compared. */
  #addWhole(loaded: Loaded, { hashes }: Hashed): void {
    this.#queue.add(async (sides, isStale) => {
      this.#notedBefore = loaded.changes.noted;
      const outcome = await checkHashedWhole({ ...loaded, sides, hashes });
      if (isStale()) return;
      if (outcome === 'read') {
        this.#streamed = ['*'];
        this.#addParts({ ...loaded, hashed: null });
        return;
      }
      if (loaded.table.way === 'bag') await this.#tookBag(sides, loaded, bare(outcome));
      else if (typeof outcome === 'string') this.#queue.again();
      else await this.#took(sides, loaded, { outcome, settled: () => this.#change({ left: [], extras: 'done' }) });
    });
  }

  async #bag(sides: Sides, loaded: Loaded, isStale: () => boolean): Promise<void> {
    const { repair } = this.#options;
    const options = { ...loaded, sides };
    this.#notedBefore = loaded.changes.noted;
    const compared = repair === null ? bare(await checkBag(options)) : await repair.bag(options);
    if (!isStale()) await this.#tookBag(sides, loaded, compared);
  }

  async #tookBag(sides: Sides, loaded: Loaded, compared: RepairedBag): Promise<void> {
    // The changed rows of a multiset are never looked for one by one.
    if (loaded.table.way === 'bag') loaded.changes.stopKeeping();
    if (compared === 'void') {
      this.#queue.again();
      return;
    }
    if (compared !== 'busy') {
      const { outcome, repaired, unfit } = compared;
      const settled = () => this.#change({ left: [], notedBefore: this.#notedBefore });
      await this.#told(sides, loaded, { outcome, settled, found: { unequal: outcome.unequal, repaired, unfit } });
      return;
    }
    this.#state = 'busy';
    this.#advice =
      'it has no key by which its rows are found, and some of them changed each time that it was read; it is compared where less is written to it, at the latest inside the cutover';
  }

  #addExtras(loaded: Loaded, after: readonly string[] | null): void {
    this.#queue.add(async (sides, isStale) => {
      const outcome = await checkExtras(after, { ...loaded, sides });
      if (isStale()) return;
      if (outcome === 'void') {
        this.#queue.again();
        return;
      }
      const { last } = outcome;
      const settled = () => this.#change({ extras: last === null ? 'done' : { after: last } });
      await this.#took(sides, loaded, { outcome, settled });
      if (last !== null) this.#addExtras(loaded, last);
    });
  }

  async #took(sides: Sides, loaded: Loaded, part: Part): Promise<void> {
    const round = this.#queue.round;
    const found = await this.#repair(sides, loaded, part.outcome.unequal);
    if (round === this.#queue.round) await this.#told(sides, loaded, { ...part, found });
  }

  async #told(
    sides: Sides,
    { table, print }: Loaded,
    { outcome, settled, found: { unequal, repaired, unfit } }: Part & { readonly found: Repaired },
  ): Promise<void> {
    const round = this.#queue.round;
    const causeOf = unequal.length === 0 ? noCause : await this.#options.causes(sides, table, print);
    if (round !== this.#queue.round || this.#progress === null) return;
    const differences = differencesOf(table, unequal, causeOf);
    const changing = outcome.changing.length;
    const counts = { repaired, changing, differenceCount: differences.length, differences };
    this.#progress = withPart(this.#progress, { ...outcome, ...counts });
    this.#unfit = withUnfit(this.#unfit, unfit);
    settled();
    this.#queue.advanced();
    await this.#save(false);
  }

  async #repair(sides: Sides, loaded: Loaded, unequal: readonly UnequalRow[]): Promise<Repaired> {
    const { repair } = this.#options;
    const isPossible = repair !== null && unequal.length > 0;
    return isPossible ? await repair.rows(unequal, { ...loaded, sides }) : { unequal, repaired: 0, unfit: new Map() };
  }

  #endMissing(missing: Missing): void {
    const difference = structural(this.scope, null);
    const isSource = missing.missing === 'source';
    this.#advice = isSource ? 'the source has no such table any more' : 'the target has no such table';
    if (!isSource) {
      this.#rowsEstimate = missing.readable.estimateRows;
      this.#progress = { ...unverified('', false, this.#notedBefore), differences: [difference], differenceCount: 1 };
    } else this.#state = 'failed';
  }

  async #finish(): Promise<void> {
    if (this.#state === 'running') {
      const { differenceCount = 0, changing = 0 } = this.#progress ?? {};
      this.#state = stateOf(differenceCount, changing);
    }
    this.#advice ??= unfitAdvice(this.scope, this.#unfit);
    this.#finishedAtMs = Date.now();
    await this.#save(true);
  }

  #replace(range: KeyRange, by: readonly KeyRange[]): void {
    const left = this.#progress?.left ?? [];
    this.#change({ left: left.flatMap((other) => (sameRange(other, range) ? by : [other])) });
  }

  #change(change: Partial<TableProgress>): void {
    if (this.#progress !== null) this.#progress = { ...this.#progress, ...change };
  }

  /** All of it in one row (INV-126). */
  async #save(isNow: boolean): Promise<void> {
    if (!isNow && Date.now() - this.#savedAtMs < SAVE_EVERY_MS) return;
    this.#savedAtMs = Date.now();
    const { database, table } = this.scope;
    const facts = { state: this.#state, advice: this.#advice, progress: this.#progress };
    try {
      await this.#options.save({ database, table, ...facts, finishedAtMs: this.#finishedAtMs });
    } catch (error) {
      // What is not saved is compared once more after a crash.
      if (!(error instanceof SluiceError)) throw error;
    }
  }
}

const noCause = () => null;

function bare(outcome: BagOutcome): RepairedBag {
  return typeof outcome === 'string' ? outcome : { outcome, repaired: 0, unfit: new Map() };
}
