import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import type { VerifyAction } from '../../contract/action.ts';
import { SluiceError } from '../../contract/error.ts';
import { unlessLeft } from '../../contract/left-behind.ts';
import type { Logger } from '../../contract/logger.ts';
import type {
  TableVerification,
  VerifyProgress,
  VerifyReport,
  VerifyRequest,
  VerifyStatus,
} from '../../contract/verify.ts';
import type { ChangesVerified } from '../../cutover/steps/verify.ts';
import type { RowCount } from '../../verify/also/row-count.ts';
import type { ChangedKeys } from '../../verify/changed-keys.ts';
import { MOST_KEYS } from '../../verify/recheck.ts';
import type { RepairParts } from '../../verify/repair.ts';
import type { TableScope } from '../../verify/verified-table.ts';
import { alreadyRunning, type ComparisonOptions } from '../../verify/verifier.ts';
import { chosen } from '../reload.ts';
import { scopedNames } from '../schema/target-schema.ts';
import type { Scope } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { VerifyBook } from './book.ts';
import { dueAtMs } from './due.ts';
import { FenceLook } from './fence-look.ts';
import { tableScope } from './table-scope.ts';
import { type WithVerifier, type WithVerifierOptions, withVerifier } from './verifier-of.ts';

export interface VerifyDeskOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly keys: ChangedKeys;
  /** Everything that exists has arrived. */
  readonly isLoaded: () => boolean;
  /** Of the process. */
  readonly signal: AbortSignal;
  /** Has the process that captures read rows anew. */
  readonly repair: RepairParts['send'];
  readonly onStatus: (status: VerifyStatus) => void;
  readonly onRest: WithVerifierOptions['onRest'];
  readonly logger: Logger;
  /**
   * How both sides are compared, where it is not over the stream to the target: of what was compared over that stream
   * nothing counts, and nothing of it is gone on with.
   */
  readonly withVerifier?: WithVerifier;
}

const LOAD_POLL_MS = 200;
const TICK_MS = 2_000;
const RECHECK_EVERY_MS = 10_000;
const AFTER_FAILURE_MS = 30_000;
/** What does not heed its end, or its time, is left behind after this long: longer than goodbyes that nobody hears take. */
const GRACE_MS = 20_000;
/** A fence follows a look ahead of it within seconds, and nobody there waits for what is compared by itself. */
const FENCE_FOLLOWS_MS = 10_000;

/** Compares both sides for whoever asks, one at a time, and by itself: every table now and then, changed rows soon. */
export class VerifyDesk {
  readonly #options: VerifyDeskOptions;
  readonly #book: VerifyBook;
  readonly #withVerifier: WithVerifier;
  #isAsked = false;
  /** What somebody asked for; a switch cuts it short. */
  #asked: { readonly end: AbortController; readonly done: Promise<unknown> } | null = null;
  #isRunning = false;
  #isBookLoaded = false;
  /** What a switch asks for. */
  readonly #fenceLook: FenceLook;
  #recheckedAtMs = 0;
  #restUntilMs = 0;
  /** What it does by itself just now; whoever asks goes first. */
  #own: { readonly end: AbortController; readonly done: Promise<unknown> } | null = null;

  constructor(options: VerifyDeskOptions) {
    this.#options = options;
    this.#book = new VerifyBook(options.keys.follower);
    this.#withVerifier = options.withVerifier ?? withVerifier;
    this.#fenceLook = new FenceLook({
      ...options,
      book: this.#book,
      withVerifier: this.#withVerifier,
      scopes: () => this.#scopes('all'),
    });
    this.#isBookLoaded = options.withVerifier !== undefined;
  }

  readonly verify: VerifyAction = async (request, { onProgress, signal }) => {
    if (this.#isAsked) throw alreadyRunning();
    const limits = [signal, this.#options.signal];
    if (request.timeoutMs !== null) limits.push(AbortSignal.timeout(request.timeoutMs));
    return await this.#alone(async (end) => {
      const asked = AbortSignal.any([...limits, end.signal]);
      const answer = unlessLeft(this.#answer(request, onProgress, asked), asked, GRACE_MS);
      this.#asked = { end, done: answer.catch(() => {}) };
      const report = await answer.finally(() => {
        this.#asked = null;
      });
      if (report === null) throw notReached();
      return report;
    });
  };

  /** As the last comparisons have counted them. */
  get rowCounts(): readonly RowCount[] {
    return this.#book.rowCounts;
  }

  /** All that changed since it was compared, behind a fence where nothing moves or ahead of it. What somebody compares meanwhile is cut short. */
  async verifyChanged(asked: AbortSignal, isStill: boolean): Promise<ChangesVerified> {
    const signal = AbortSignal.any([asked, this.#options.signal]);
    this.#asked?.end.abort(new DOMException('a switch is under way', 'AbortError'));
    await this.#asked?.done;
    return await this.#alone(async () => {
      this.#restUntilMs = Math.max(this.#restUntilMs, Date.now() + FENCE_FOLLOWS_MS);
      await this.#loadBook(signal);
      return await this.#fenceLook.changed(signal, isStill).finally(() => this.#tell());
    });
  }

  /** Whoever asks goes before what it does by itself. */
  async #alone<T>(work: (end: AbortController) => Promise<T>): Promise<T> {
    this.#isAsked = true;
    try {
      this.#own?.end.abort(new DOMException('somebody asked', 'AbortError'));
      await this.#own?.done;
      return await work(new AbortController());
    } finally {
      this.#isAsked = false;
    }
  }

  /** Compares by itself until the process ends; what fails is tried again. */
  async watch(): Promise<void> {
    const { signal, isLoaded } = this.#options;
    let loadedAtMs: number | null = null;
    while (!signal.aborted) {
      await sleep(TICK_MS, undefined, { signal }).catch(() => {});
      loadedAtMs = isLoaded() ? (loadedAtMs ?? Date.now()) : null;
      if (signal.aborted || loadedAtMs === null || this.#isAsked || Date.now() < this.#restUntilMs) continue;
      const end = new AbortController();
      const ending = AbortSignal.any([signal, end.signal]);
      const turn = unlessLeft(this.#turn(loadedAtMs, ending), ending, GRACE_MS);
      const done = turn.catch((error) => this.#failed(error));
      this.#own = { end, done };
      await done;
      this.#own = null;
    }
  }

  async #turn(loadedAtMs: number, signal: AbortSignal): Promise<void> {
    await this.#loadBook(signal);
    const scopes = await this.#scopes('all');
    this.#book.expect(scopes);
    const limits = { everyMs: this.#options.config.verify.everyMs, loadedAtMs };
    const due = scopes.filter((scope) => dueAtMs(this.#book.compared(scope), limits) <= Date.now());
    if (due.length > 0) {
      await this.#compare(due, {
        restart: this.#isOtherWay,
        mode: 'stream',
        repair: null,
        signal,
        onProgress: () => this.#tell(),
      });
    } else if (Date.now() - this.#recheckedAtMs >= RECHECK_EVERY_MS) await this.#recheck(scopes, signal);
    this.#tell();
  }

  async #recheck(scopes: readonly TableScope[], signal: AbortSignal): Promise<void> {
    const { config, keys } = this.#options;
    const { follower } = keys;
    this.#recheckedAtMs = Date.now();
    const changed = scopes.filter(
      (scope) => this.#book.finishedAtMs(scope) !== null && (follower.changesOf(scope)?.waiting ?? 0) > 0,
    );
    if (changed.length === 0) return;
    const around = { ...this.#options, signal };
    const found = await this.#withVerifier(
      config,
      keys,
      (verifier) => verifier.recheck(changed, signal, { orphans: this.#fenceLook.orphanWatch }),
      around,
    );
    for (const one of found) this.#book.rechecked(one);
    // Where more changes than is looked at in a pass, the next follows at once: what waits must not grow.
    const isBehind = changed.some((scope) => (follower.changesOf(scope)?.waiting ?? 0) > MOST_KEYS);
    if (isBehind) this.#recheckedAtMs = 0;
  }

  async #answer(
    request: VerifyRequest,
    onProgress: (progress: VerifyProgress) => void,
    signal: AbortSignal,
  ): Promise<VerifyReport> {
    const scopes = await this.#scopes(request.tables);
    await this.#untilLoaded(onProgress, signal);
    const { restart, mode, repair, by } = request;
    const how = {
      restart: restart || this.#isOtherWay,
      mode,
      repair: repair ? { send: this.#options.repair, by } : null,
    };
    const options = { ...how, signal, onProgress: this.#tellingToo(onProgress) };
    const compared = signal.aborted ? null : this.#compare(scopes, options);
    const tables = (await compared?.catch((error) => endedBy(error, signal))) ?? scopes.map(untouched);
    return { tables, isFinished: tables.every(({ finishedAtMs }) => finishedAtMs !== null) };
  }

  async #compare(scopes: readonly TableScope[], options: ComparisonOptions): Promise<readonly TableVerification[]> {
    const { config, keys } = this.#options;
    await this.#loadBook(options.signal);
    this.#isRunning = true;
    this.#book.comparing(scopes);
    try {
      const around = { onRest: this.#options.onRest, signal: options.signal };
      const tables = await this.#withVerifier(config, keys, (verifier) => verifier.compare(scopes, options), around);
      this.#book.finished(tables);
      return tables.map(({ notedBefore: _, ...told }) => told);
    } finally {
      this.#isRunning = false;
      this.#book.comparing([]);
      this.#tell();
    }
  }

  get #isOtherWay(): boolean {
    return this.#options.withVerifier !== undefined;
  }

  async #loadBook(signal: AbortSignal): Promise<void> {
    if (this.#isBookLoaded) return;
    const { config, keys } = this.#options;
    const around = { onRest: this.#options.onRest, signal };
    this.#book.load(await this.#withVerifier(config, keys, (verifier) => verifier.known(signal), around));
    this.#isBookLoaded = true;
  }

  async #scopes(tables: VerifyRequest['tables']): Promise<readonly TableScope[]> {
    const { config, scope, signal } = this.#options;
    const known = await withSource(config, signal, (source) => scopedNames(source, scope));
    const named = known.map((version) => ({ version }));
    return chosen(tables, named, 'nothing was compared')
      .map(({ version }) => tableScope(scope, version))
      .filter((one) => one !== null);
  }

  async #untilLoaded(onProgress: (progress: VerifyProgress) => void, signal: AbortSignal): Promise<void> {
    while (!this.#options.isLoaded() && !signal.aborted) {
      onProgress(WAITING_FOR_LOAD);
      await sleep(LOAD_POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  #tellingToo(onProgress: (progress: VerifyProgress) => void): (progress: VerifyProgress) => void {
    return (progress) => {
      this.#tell();
      onProgress(progress);
    };
  }

  #tell(): void {
    this.#options.onStatus({ isRunning: this.#isRunning, tables: this.#book.tables });
  }

  #failed(error: unknown): void {
    const isEnd = error instanceof Error && error.name === 'AbortError';
    if (isEnd || this.#options.signal.aborted || this.#isAsked) return;
    this.#restUntilMs = Date.now() + AFTER_FAILURE_MS;
    const { logger } = this.#options;
    if (error instanceof SluiceError)
      logger.debug({ code: error.code }, `the sides were not compared: ${error.message}`);
    // A fault of verify must not end the stream; its text may hold anything. Who asks for verify is told.
    else logger.error({ code: 'INTERNAL' }, 'the sides were not compared, by a fault of verify: see sluice verify');
  }
}

/** What is cut short by its end has no failure of its own. */
function endedBy(error: unknown, signal: AbortSignal): null {
  const isEnd = error === signal.reason || (error instanceof Error && error.name === 'AbortError');
  if (signal.aborted && (isEnd || error instanceof SluiceError)) return null;
  throw error;
}

/** VERIFY_NOT_REACHED: a server answered nothing until the time was over; exit 5. */
function notReached(): SluiceError {
  return new SluiceError({
    code: 'VERIFY_NOT_REACHED',
    message: 'nothing was compared: a server did not answer before the time was over',
    remedy: 'sluice status tells what is waited for. The same command goes on with what is left.',
    disposition: 'retry',
  });
}

const WAITING_FOR_LOAD: VerifyProgress = {
  ...{ rowsDone: 0, rowsEstimate: 0, rowsPerSecond: 0, etaMs: null, differenceCount: 0, running: [] },
  waitingFor: 'the load is not complete yet',
};

function untouched({ database, table }: TableScope): TableVerification {
  return {
    ...{ database, table, state: 'waiting', position: null, startedAtMs: null, finishedAtMs: null },
    ...{ sourceRows: 0, targetRows: 0, equal: 0, repaired: 0, differenceCount: 0, differences: [], changing: 0 },
    ...{ rowsEstimate: 0, advice: null },
  };
}
