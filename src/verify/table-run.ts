import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import type { RowDifference, TableVerification, VerifyMode, VerifyState } from '../contract/verify.ts';
import { ChunkSize } from '../mysql/chunk-size.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { KeyRange } from '../mysql/key-order.ts';
import { checkBag } from './bag-check.ts';
import { checkChunk, type PartOutcome } from './chunk-check.ts';
import type { UnequalRow } from './compare-lines.ts';
import { type CauseOf, differencesOf } from './describe-difference.ts';
import { checkExtras } from './extra-check.ts';
import { type TableProgress, unverified, withPart } from './progress.ts';
import { checkHashedChunk, type Hashed, loadHashed } from './pushdown/hash-check.ts';
import type { Repair, Repaired } from './repair.ts';
import { RowPrint } from './row-print.ts';
import type { Sides } from './side.ts';
import { CHUNK_BYTES, chunkBound } from './source-rows.ts';
import type { TableChanges } from './table-changes.ts';
import { loadVerified, type Missing, shownName, type TableScope, type VerifiedTable } from './verified-table.ts';
import type { StoredVerification } from './verify-store.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface TableRunOptions {
  readonly scope: TableScope;
  /** What an earlier run left; null: begin anew. */
  readonly stored: StoredVerification | null;
  readonly mode: VerifyMode;
  readonly chunkTargetMs: number;
  readonly chunkMaxRows: number;
  /** Puts work into the common queue, which never fails by itself. */
  readonly add: (job: (pool: WorkerPool) => Promise<void>) => void;
  readonly save: (stored: StoredVerification) => Promise<void>;
  readonly causes: (sides: Sides, table: VerifiedTable, print: RowPrint) => Promise<CauseOf>;
  /** null: what differs is only told. */
  readonly repair: Repair | null;
}

/** A table as it is while a run compares it. */
interface Loaded {
  readonly table: VerifiedTable;
  readonly print: RowPrint;
  readonly changes: TableChanges;
  readonly size: ChunkSize;
  /** null: rows are read. */
  readonly hashed: Hashed | null;
}

const MOST_ROUNDS = 10;
const MOST_ATTEMPTS = 7;
const SAVE_EVERY_MS = 1_000;

/** Compares one table, part by part, beside other tables and as many parts at once as the common queue allows. */
export class TableRun {
  readonly #options: TableRunOptions;
  readonly #done = Promise.withResolvers<void>();
  #state: VerifyState = 'waiting';
  #progress: TableProgress | null = null;
  #advice: string | null = null;
  #finishedAtMs: number | null = null;
  #rowsEstimate = 0;
  #round = 0;
  #attempts = 0;
  #pending = 0;
  #savedAtMs = 0;
  #streamed: readonly string[] = ['*'];

  constructor(options: TableRunOptions) {
    this.#options = options;
    this.#done.promise.catch(() => {});
  }

  /** Resolves when the table is compared, whatever came of it. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  get scope(): TableScope {
    return this.#options.scope;
  }

  /** As it stands now. */
  report(): TableVerification {
    const { database, table } = this.scope;
    const progress = this.#progress;
    return {
      ...{ database, table, state: this.#state, advice: this.#advice, rowsEstimate: this.#rowsEstimate },
      ...{ startedAtMs: progress?.startedAtMs ?? null, finishedAtMs: this.#finishedAtMs },
      position: this.#finishedAtMs === null ? null : (progress?.position ?? null),
      ...{ sourceRows: progress?.sourceRows ?? 0, targetRows: progress?.targetRows ?? 0, equal: progress?.equal ?? 0 },
      repaired: progress?.repaired ?? 0,
      ...{ changing: progress?.changing ?? 0, differenceCount: progress?.differenceCount ?? 0 },
      differences: progress?.differences ?? [],
      ...(this.#options.mode === 'pushdown' ? { streamed: this.#streamed } : {}),
    };
  }

  start(): void {
    this.#add((sides) => this.#begin(sides));
  }

  async #begin(sides: Sides): Promise<void> {
    const { follower, signal } = sides;
    this.#state = 'running';
    const changes = await follower.follow(this.scope, signal);
    const { window, low } = follower.open(changes);
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
    if ('missing' in table) {
      this.#endMissing(table);
      return;
    }
    this.#rowsEstimate = table.readable.estimateRows;
    await this.#compare(table, hashed, changes);
  }

  async #compare(table: VerifiedTable, hashed: Hashed | null, changes: TableChanges): Promise<void> {
    const { chunkTargetMs, chunkMaxRows, stored } = this.#options;
    const shape = shapeOf(table);
    const kept = this.#round === 0 && stored?.progress?.shape === shape ? stored.progress : null;
    const absent = table.absent.map((column) => structural(this.scope, column));
    const fresh = unverified(shape, table.way === 'lookup');
    this.#progress = kept ?? { ...fresh, differences: absent, differenceCount: absent.length };
    await this.#save(true);
    const limits = { targetMs: chunkTargetMs, mostBytes: CHUNK_BYTES, mostRows: chunkMaxRows };
    const size = new ChunkSize(limits, table.readable.rowBytes);
    const loaded = { table, print: new RowPrint(table), changes, size, hashed };
    this.#streamed = hashed?.hashes.streamed.map(({ name }) => name) ?? ['*'];
    for (const range of this.#progress.left) this.#addRange(loaded, range);
    if (this.#progress.extras !== 'done') this.#addExtras(loaded, this.#progress.extras.after);
  }

  #addRange(loaded: Loaded, range: KeyRange): void {
    if (loaded.table.way === 'bag') {
      this.#add((sides) => this.#bag(sides, loaded));
      return;
    }
    // Planned once, however often the chunk is tried.
    let chunk: KeyRange | null = null;
    const plan = async (connection: MysqlConnection) => {
      chunk ??= await this.#plan(connection, loaded, range);
      return chunk;
    };
    this.#add(async (sides) => {
      const { hashed } = loaded;
      const part = { ...loaded, sides, plan };
      const outcome = hashed === null ? await checkChunk(part) : await checkHashedChunk({ ...part, ...hashed });
      if (outcome === 'too-large') this.#addRange(loaded, chunk ?? range);
      else if (outcome === 'void') this.#again();
      else await this.#took(sides, loaded, { outcome, settled: () => this.#replace(chunk ?? range, []) });
    });
  }

  /** Cuts a chunk off the range; the rest goes into the queue at once, so that it is compared beside this one. */
  async #plan(connection: MysqlConnection, loaded: Loaded, range: KeyRange): Promise<KeyRange> {
    const bound = await chunkBound(connection, loaded.table, { range, rows: loaded.size.rows });
    if (bound === null) return range;
    const chunk = { lower: range.lower, upper: bound };
    const rest = { lower: bound, upper: range.upper };
    this.#replace(range, [chunk, rest]);
    this.#addRange(loaded, rest);
    return chunk;
  }

  async #bag(sides: Sides, loaded: Loaded): Promise<void> {
    const outcome = await checkBag({ ...loaded, sides });
    // Its changed rows are never looked for one by one.
    loaded.changes.stopKeeping();
    if (outcome === 'void') {
      this.#again();
      return;
    }
    if (outcome !== 'busy') {
      await this.#took(sides, loaded, { outcome, settled: () => this.#change({ left: [] }) });
      return;
    }
    this.#state = 'busy';
    this.#advice =
      'it has no key by which its rows are found, and some of them changed each time that it was read; it is compared where less is written to it, at the latest inside the cutover';
  }

  #addExtras(loaded: Loaded, after: readonly string[] | null): void {
    this.#add(async (sides) => {
      const outcome = await checkExtras(after, { ...loaded, sides });
      if (outcome === 'void') {
        this.#again();
        return;
      }
      const { last } = outcome;
      const settled = () => this.#change({ extras: last === null ? 'done' : { after: last } });
      await this.#took(sides, loaded, { outcome, settled });
      if (last !== null) this.#addExtras(loaded, last);
    });
  }

  async #took(
    sides: Sides,
    loaded: Loaded,
    { outcome, settled }: { readonly outcome: Exclude<PartOutcome, string>; readonly settled: () => void },
  ): Promise<void> {
    const { table, print } = loaded;
    const round = this.#round;
    const { unequal, repaired } = await this.#repair(sides, loaded, outcome.unequal);
    const causeOf = unequal.length === 0 ? noCause : await this.#options.causes(sides, table, print);
    if (round !== this.#round || this.#progress === null) return;
    const differences = differencesOf(table, unequal, causeOf);
    const changing = outcome.changing.length;
    const counts = { repaired, changing, differenceCount: differences.length, differences };
    this.#progress = withPart(this.#progress, { ...outcome, ...counts });
    settled();
    this.#attempts = 0;
    await this.#save(false);
  }

  async #repair(sides: Sides, loaded: Loaded, unequal: readonly UnequalRow[]): Promise<Repaired> {
    const { repair } = this.#options;
    const isPossible = repair !== null && unequal.length > 0 && loaded.table.way !== 'bag';
    return isPossible ? await repair(unequal, { ...loaded, sides }) : { unequal, repaired: 0 };
  }

  /** What was compared so far may hold no more. */
  #again(): void {
    this.#round += 1;
    if (this.#round > MOST_ROUNDS) {
      this.#state = 'busy';
      this.#advice = 'it was emptied, reloaded or changed by DDL each time that it was compared';
      return;
    }
    this.start();
  }

  /** Work of an earlier round is passed over. */
  #add(job: (sides: Sides) => Promise<void>): void {
    const round = this.#round;
    this.#pending += 1;
    this.#options.add(async (pool) => {
      try {
        if (round === this.#round) await this.#attempt(job, pool);
        this.#pending -= 1;
        if (this.#pending === 0) await this.#finish();
      } catch (error) {
        this.#done.reject(error);
      }
    });
  }

  async #attempt(job: (sides: Sides) => Promise<void>, pool: WorkerPool): Promise<void> {
    try {
      await pool.run(job);
    } catch (error) {
      if (pool.signal.aborted || !(error instanceof SluiceError)) throw error;
      this.#attempts += 1;
      if (error.disposition !== 'retry' || this.#attempts > MOST_ATTEMPTS) {
        this.#state = 'failed';
        this.#advice = `${error.message}. ${error.remedy}`;
        this.#round += 1;
        return;
      }
      await sleep(100 * 2 ** this.#attempts, undefined, { signal: pool.signal });
      this.#add(job);
    }
  }

  #endMissing(missing: Missing): void {
    const difference = structural(this.scope, null);
    const isSource = missing.missing === 'source';
    this.#advice = isSource ? 'the source has no such table any more' : 'the target has no such table';
    if (!isSource) {
      this.#rowsEstimate = missing.readable.estimateRows;
      this.#progress = { ...unverified('', false), differences: [difference], differenceCount: 1 };
    } else this.#state = 'failed';
  }

  async #finish(): Promise<void> {
    if (this.#state === 'running') {
      const { differenceCount = 0, changing = 0 } = this.#progress ?? {};
      this.#state = differenceCount > 0 ? 'different' : changing > 0 ? 'changing' : 'equal';
    }
    this.#finishedAtMs = Date.now();
    await this.#save(true);
    this.#done.resolve();
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

/** Ranges come from one planner, so equal bounds have equal text. */
function sameRange(a: KeyRange, b: KeyRange): boolean {
  return JSON.stringify([a.lower, a.upper]) === JSON.stringify([b.lower, b.upper]);
}

function shapeOf({ readable, held, target, compared, way }: VerifiedTable): string {
  const columns = compared.map(({ targetName, targetType, policy }) => [targetName, targetType, policy]);
  return JSON.stringify([readable.order?.identity, held.table.fingerprint, target.schema, target.table, columns, way]);
}

/** `column` null: the whole table is missing on the target. */
function structural(scope: TableScope, column: string | null): RowDifference {
  return { table: shownName(scope), key: {}, column, kind: 'missing', source: null, target: null };
}
