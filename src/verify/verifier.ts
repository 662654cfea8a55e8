import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { SluiceError } from '../contract/error.ts';
import { unlessLeft } from '../contract/left-behind.ts';
import type { TableVerification, VerifyMode, VerifyProgress } from '../contract/verify.ts';
import type { ViewSource } from '../mysql/read-view.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { withSession } from '../postgres/within.ts';
import { bagRepairBy } from './bag-repair.ts';
import type { ChangedKeys } from './changed-keys.ts';
import type { CauseOf } from './describe-difference.ts';
import { RateMeter } from './rate-meter.ts';
import { type RecheckOptions, recheckTable } from './recheck.ts';
import { type RepairParts, repairBy } from './repair.ts';
import type { RowPrint } from './row-print.ts';
import type { Sides } from './side.ts';
import { TableRun } from './table-run.ts';
import type { TableScope, VerifiedTable } from './verified-table.ts';
import type { ComparedTable, Rechecked, StoredVerification } from './verify-store.ts';
import { VerifyStore } from './verify-store.ts';
import type { WarmSessions } from './warm-sessions.ts';
import { type WorkerParts, WorkerPool } from './worker-pool.ts';

export interface VerifierParts extends Omit<WorkerParts, 'views' | 'signal' | 'onWait' | 'follower'> {
  readonly keys: ChangedKeys;
  readonly pipeline: string;
  readonly openViews: () => Promise<ViewSource>;
  readonly parallel: number;
  readonly chunkTargetMs: number;
  readonly chunkMaxRows: number;
  readonly causes: (sides: Sides, table: VerifiedTable, print: RowPrint) => Promise<CauseOf>;
}

export interface ComparisonOptions {
  readonly restart: boolean;
  readonly mode: VerifyMode;
  /** null: what differs is only told. */
  readonly repair: Pick<RepairParts, 'send' | 'by'> | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: VerifyProgress) => void;
}

const PROGRESS_EVERY_MS = 500;
/** What does not heed its end is left behind after this long. */
const GRACE_MS = 2_000;

type RecheckHow = Pick<RecheckOptions, 'attempts' | 'orphans' | 'shapes'> & {
  /** Sessions that the one before has left, and that are left to the next. */
  readonly warm?: WarmSessions | undefined;
  /** All that is kept is on the target already. */
  readonly isMovedOut?: boolean;
};

/** Compares tables of both sides while the stream goes on. */
export class Verifier {
  readonly #parts: VerifierParts;

  constructor(parts: VerifierParts) {
    this.#parts = parts;
  }

  /** Compares these tables; after an abort what is done stands, and the next call goes on with the rest. */
  async compare(scopes: readonly TableScope[], options: ComparisonOptions): Promise<readonly ComparedTable[]> {
    const comparison = await Comparison.open(this.#parts, options);
    try {
      return await comparison.run(scopes);
    } finally {
      await comparison.close();
    }
  }

  /** Looks at keys that changed since they were compared; of each table at most so many at once. */
  async recheck(
    scopes: readonly TableScope[],
    signal: AbortSignal,
    { warm, isMovedOut = false, ...how }: RecheckHow = {},
  ): Promise<readonly Rechecked[]> {
    const { causes, keys, parallel } = this.#parts;
    // Looked at is what is on the target: what is not yet must not be passed over.
    if (!isMovedOut) await keys.moveOut();
    const { views: left = null, targets = [] } = warm?.take() ?? {};
    const views = left ?? (await this.#parts.openViews());
    const pool = new WorkerPool({ ...this.#parts, follower: keys.follower, views, targets, signal, onWait: () => {} });
    const queue = new PQueue({ concurrency: parallel });
    const recheck = (scope: TableScope) =>
      queue.add(() => pool.run((sides) => recheckTable(scope, sides, { causes, keys, ...how })));
    let isWhole = false;
    try {
      const found = await Promise.all(scopes.map(recheck));
      isWhole = true;
      return found.filter((one) => one !== null);
    } finally {
      queue.clear();
      if (isWhole && warm) warm.leave(views, pool.release());
      else await views.close();
      await pool.close();
      await queue.onIdle();
    }
  }

  /** What is known of each table from before. */
  async known(signal: AbortSignal): Promise<readonly StoredVerification[]> {
    const session = await this.#parts.connectTarget();
    return await withSession(session, signal, async () =>
      (await VerifyStore.open(session, this.#parts.pipeline)).read(),
    );
  }
}

class Comparison {
  readonly #parts: VerifierParts;
  readonly #options: ComparisonOptions;
  readonly #views: ViewSource;
  readonly #storeSession: PostgresSession;
  readonly #store: VerifyStore;
  readonly #pool: WorkerPool;
  readonly #queue: PQueue;
  readonly #end = new AbortController();
  readonly #meter = new RateMeter();
  #waitingFor: string | null = null;

  private constructor(
    parts: VerifierParts,
    options: ComparisonOptions,
    open: { readonly views: ViewSource; readonly session: PostgresSession; readonly store: VerifyStore },
  ) {
    this.#parts = parts;
    this.#options = options;
    this.#views = open.views;
    this.#storeSession = open.session;
    this.#store = open.store;
    this.#queue = new PQueue({ concurrency: parts.parallel });
    this.#pool = new WorkerPool({
      ...{ ...parts, follower: parts.keys.follower },
      views: open.views,
      signal: AbortSignal.any([options.signal, this.#end.signal]),
      onWait: (reason) => {
        this.#waitingFor = reason;
      },
    });
  }

  static async open(parts: VerifierParts, options: ComparisonOptions): Promise<Comparison> {
    const session = await parts.connectTarget();
    try {
      const store = await answered(VerifyStore.open(session, parts.pipeline), options.signal);
      return new Comparison(parts, options, { views: await parts.openViews(), session, store });
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async run(scopes: readonly TableScope[]): Promise<readonly ComparedTable[]> {
    const { signal } = this.#options;
    const stored = await answered(this.#store.read(), signal);
    const runs = scopes.map((scope) => this.#tableRun(scope, stored));
    for (const run of runs) run.start();
    const all = Promise.all(runs.map((run) => run.done));
    const over = new AbortController();
    const telling = this.#tell(runs, over.signal);
    try {
      await unlessLeft(all, signal, GRACE_MS);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      over.abort();
      await telling;
    }
    if (signal.aborted) await unlessLeft(Promise.all(runs.map((run) => run.keep())), signal, GRACE_MS);
    return runs.map((run) => run.report());
  }

  async close(): Promise<void> {
    this.#end.abort(new DOMException('the comparison is over', 'AbortError'));
    this.#queue.clear();
    await this.#views.close();
    await this.#pool.close();
    await unlessLeft(this.#queue.onIdle(), this.#end.signal, GRACE_MS);
    await this.#storeSession.close();
  }

  #tableRun(scope: TableScope, stored: readonly StoredVerification[]): TableRun {
    const known = stored.find(({ database, table }) => database === scope.database && table === scope.table);
    const isOpen = known !== undefined && known.finishedAtMs === null;
    const { chunkTargetMs, chunkMaxRows, causes } = this.#parts;
    const { repair: asked } = this.#options;
    const repair = asked && { ...asked, store: this.#store };
    return new TableRun({
      ...{ scope, chunkTargetMs, chunkMaxRows, causes },
      repair: repair && { rows: repairBy(repair), bag: bagRepairBy(repair) },
      stored: isOpen && !this.#options.restart ? known : null,
      mode: this.#options.mode,
      add: (job) => void this.#queue.add(() => job(this.#pool)),
      save: (one) => this.#store.write(one),
    });
  }

  async #tell(runs: readonly TableRun[], signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#options.onProgress(this.#progress(runs));
      if (signal.aborted) return;
      await sleep(PROGRESS_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  #progress(runs: readonly TableRun[]): VerifyProgress {
    const reports = runs.map((run) => run.report());
    const sum = (of: (report: TableVerification) => number) => reports.reduce((total, one) => total + of(one), 0);
    const rowsDone = sum(({ sourceRows }) => sourceRows);
    const rowsEstimate = sum((one) =>
      one.finishedAtMs === null ? Math.max(one.rowsEstimate, one.sourceRows) : one.sourceRows,
    );
    return {
      ...{ rowsDone, rowsEstimate, ...this.#meter.take(rowsDone, rowsEstimate) },
      differenceCount: sum(({ differenceCount }) => differenceCount),
      running: reports.filter(({ state }) => state === 'running').map(({ database, table }) => `${database}.${table}`),
      waitingFor: this.#waitingFor,
    };
  }
}

/** Fails by the signal's reason where a server has not answered some time after it. */
async function answered<T extends object>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const answer = await unlessLeft(work, signal, GRACE_MS);
  if (answer === null) throw signal.reason;
  return answer;
}

/** VERIFY_RUNNING: the pipeline compares already, asked by somebody else. */
export function alreadyRunning(): SluiceError {
  return new SluiceError({
    code: 'VERIFY_RUNNING',
    message: 'this pipeline is being verified already, asked by another command',
    remedy: 'Wait for that one to end, or end it: what it has compared is kept.',
    disposition: 'retry',
  });
}
