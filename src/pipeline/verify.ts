import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { VerifyAction } from '../contract/action.ts';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import type {
  TableVerification,
  VerifyProgress,
  VerifyReport,
  VerifyRequest,
  VerifyStatus,
} from '../contract/verify.ts';
import type { ChangesVerified } from '../cutover/steps/verify.ts';
import type { Follower } from '../verify/follower.ts';
import { MOST_KEYS } from '../verify/recheck.ts';
import type { RepairParts } from '../verify/repair.ts';
import type { TableScope } from '../verify/verified-table.ts';
import { alreadyRunning, type ComparisonOptions } from '../verify/verifier.ts';
import { chosen } from './reload.ts';
import type { Scope } from './scope.ts';
import { withSource } from './source-session.ts';
import { scopedTables } from './target-schema.ts';
import { withVerifier } from './verifier-of.ts';
import { VerifyBook } from './verify-book.ts';
import { verifyChanged } from './verify-changed.ts';
import { tableScope } from './verify-scope.ts';

export interface VerifyDeskOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly follower: Follower;
  /** Everything that exists has arrived. */
  readonly isLoaded: () => boolean;
  /** Of the process. */
  readonly signal: AbortSignal;
  /** Has the process that captures read rows anew. */
  readonly repair: RepairParts['send'];
  readonly onStatus: (status: VerifyStatus) => void;
  readonly logger: Logger;
}

const LOAD_POLL_MS = 200;
const TICK_MS = 2_000;
/** After the end of the load the servers have enough to do. */
const FIRST_AFTER_MS = 60_000;
const RECHECK_EVERY_MS = 10_000;
const AFTER_FAILURE_MS = 30_000;
/** A table of which it is not known any more what changed is compared whole again, but not without end. */
const SOONEST_AGAIN_MS = 600_000;

/** Compares both sides for whoever asks, one at a time, and by itself: every table now and then, changed rows soon. */
export class VerifyDesk {
  readonly #options: VerifyDeskOptions;
  readonly #book: VerifyBook;
  #isAsked = false;
  /** What somebody asked for; a switch cuts it short. */
  #asked: { readonly end: AbortController; readonly done: Promise<unknown> } | null = null;
  #isRunning = false;
  #isBookLoaded = false;
  #recheckedAtMs = 0;
  #restUntilMs = 0;
  /** What it does by itself just now; whoever asks goes first. */
  #own: { readonly end: AbortController; readonly done: Promise<void> } | null = null;

  constructor(options: VerifyDeskOptions) {
    this.#options = options;
    this.#book = new VerifyBook(options.follower);
  }

  readonly verify: VerifyAction = async (request, { onProgress, signal }) => {
    if (this.#isAsked) throw alreadyRunning();
    return await this.#alone(async (end) => {
      const answer = this.#answer(request, onProgress, AbortSignal.any([signal, end.signal]));
      this.#asked = { end, done: answer.catch(() => {}) };
      return await answer.finally(() => {
        this.#asked = null;
      });
    });
  };

  /** All that changed since it was compared, behind a fence where nothing moves or ahead of it. What somebody compares meanwhile is cut short. */
  async verifyChanged(asked: AbortSignal, isStill: boolean): Promise<ChangesVerified> {
    const { config, follower } = this.#options;
    const signal = AbortSignal.any([asked, this.#options.signal]);
    this.#asked?.end.abort(new DOMException('a switch is under way', 'AbortError'));
    await this.#asked?.done;
    return await this.#alone(async () => {
      await this.#loadBook();
      const scopes = await this.#scopes('all');
      this.#book.expect(scopes);
      const check = { book: this.#book, follower, scopes, isStill, signal };
      try {
        return await withVerifier(config, follower, (verifier) => verifyChanged(verifier, check), { isHasty: true });
      } finally {
        this.#tell();
      }
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
      const isEarly = Date.now() - loadedAtMs < FIRST_AFTER_MS;
      const done = this.#turn(isEarly, AbortSignal.any([signal, end.signal])).catch((error) => this.#failed(error));
      this.#own = { end, done };
      await done;
      this.#own = null;
    }
  }

  async #turn(isEarly: boolean, signal: AbortSignal): Promise<void> {
    await this.#loadBook();
    const scopes = await this.#scopes('all');
    this.#book.expect(scopes);
    const due = isEarly ? [] : scopes.filter((scope) => this.#isDue(scope));
    if (due.length > 0) {
      await this.#compare(due, {
        restart: false,
        mode: 'stream',
        repair: null,
        signal,
        onProgress: () => this.#tell(),
      });
    } else if (Date.now() - this.#recheckedAtMs >= RECHECK_EVERY_MS) await this.#recheck(scopes, signal);
    this.#tell();
  }

  #isDue(scope: TableScope): boolean {
    const { everyMs } = this.#options.config.verify;
    const finishedAtMs = this.#book.finishedAtMs(scope);
    if (finishedAtMs === null) return true;
    const againMs = this.#book.isLost(scope) ? Math.min(everyMs, SOONEST_AGAIN_MS) : everyMs;
    return Date.now() - finishedAtMs >= againMs;
  }

  async #recheck(scopes: readonly TableScope[], signal: AbortSignal): Promise<void> {
    const { config, follower } = this.#options;
    this.#recheckedAtMs = Date.now();
    const changed = scopes.filter(
      (scope) => this.#book.finishedAtMs(scope) !== null && (follower.changesOf(scope)?.waiting ?? 0) > 0,
    );
    if (changed.length === 0) return;
    const found = await withVerifier(config, follower, (verifier) => verifier.recheck(changed, signal));
    for (const one of found) this.#book.rechecked(one);
    // Where more changes than is looked at in a pass, the next follows at once: what waits must not grow.
    const isBehind = changed.some((scope) => (follower.changesOf(scope)?.waiting ?? 0) > MOST_KEYS);
    if (isBehind) this.#recheckedAtMs = 0;
  }

  async #answer(
    request: VerifyRequest,
    onProgress: (progress: VerifyProgress) => void,
    asked: AbortSignal,
  ): Promise<VerifyReport> {
    const limits = [asked, this.#options.signal];
    if (request.timeoutMs !== null) limits.push(AbortSignal.timeout(request.timeoutMs));
    const signal = AbortSignal.any(limits);
    const scopes = await this.#scopes(request.tables);
    await this.#untilLoaded(onProgress, signal);
    const { restart, mode, repair, by } = request;
    const how = { restart, mode, repair: repair ? { send: this.#options.repair, by } : null };
    const tables = signal.aborted
      ? scopes.map(untouched)
      : await this.#compare(scopes, { ...how, signal, onProgress: this.#tellingToo(onProgress) });
    return { tables, isFinished: tables.every(({ finishedAtMs }) => finishedAtMs !== null) };
  }

  async #compare(scopes: readonly TableScope[], options: ComparisonOptions): Promise<readonly TableVerification[]> {
    const { config, follower } = this.#options;
    await this.#loadBook();
    this.#isRunning = true;
    const noted = this.#book.noted(scopes);
    try {
      const tables = await withVerifier(config, follower, (verifier) => verifier.compare(scopes, options));
      this.#book.finished(tables, noted);
      return tables;
    } finally {
      this.#isRunning = false;
      this.#tell();
    }
  }

  async #loadBook(): Promise<void> {
    if (this.#isBookLoaded) return;
    const { config, follower } = this.#options;
    this.#book.load(await withVerifier(config, follower, (verifier) => verifier.known()));
    this.#isBookLoaded = true;
  }

  async #scopes(tables: VerifyRequest['tables']): Promise<readonly TableScope[]> {
    const { config, scope, signal } = this.#options;
    const known = await withSource(config, signal, (source) => scopedTables(source, scope));
    return chosen(tables, known, 'nothing was compared')
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
