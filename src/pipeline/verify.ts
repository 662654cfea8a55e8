import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import type { VerifyAction } from '../contract/action.ts';
import type { TableVerification, VerifyProgress, VerifyReport, VerifyRequest } from '../contract/verify.ts';
import { connectMysql } from '../mysql/connection.ts';
import { sourceLoad } from '../mysql/source-load.ts';
import { openViews } from '../mysql/views.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { readCheckpoint } from '../sink/checkpoint.ts';
import type { Follower } from '../verify/follower.ts';
import type { RepairParts } from '../verify/repair.ts';
import type { TableScope } from '../verify/verified-table.ts';
import { alreadyRunning, Verifier } from '../verify/verifier.ts';
import { chosen } from './reload.ts';
import type { Scope } from './scope.ts';
import { withSource } from './source-session.ts';
import { scopedTables } from './target-schema.ts';
import { waitingCauses } from './verify-cause.ts';
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
}

const LOAD_POLL_MS = 200;
/** How long one statement on the source should take. */
const CHUNK_TARGET_MS = 500;
/** Above these the source is left alone. */
const LOAD_LIMITS = { threadsRunning: 25, replicaLagSeconds: 30 };

/** Compares both sides for whoever asks, one at a time. */
export class VerifyDesk {
  readonly #options: VerifyDeskOptions;
  #isBusy = false;

  constructor(options: VerifyDeskOptions) {
    this.#options = options;
  }

  readonly verify: VerifyAction = async (request, { onProgress, signal }) => {
    if (this.#isBusy) throw alreadyRunning();
    this.#isBusy = true;
    try {
      return await this.#run(request, onProgress, signal);
    } finally {
      this.#isBusy = false;
    }
  };

  async #run(
    request: VerifyRequest,
    onProgress: (progress: VerifyProgress) => void,
    asked: AbortSignal,
  ): Promise<VerifyReport> {
    const limits = [asked, this.#options.signal];
    if (request.timeoutMs !== null) limits.push(AbortSignal.timeout(request.timeoutMs));
    const signal = AbortSignal.any(limits);
    const scopes = await this.#scopes(request);
    await this.#untilLoaded(onProgress, signal);
    const tables = signal.aborted
      ? scopes.map(untouched)
      : await this.#compare(scopes, { ...pick(request), repair: this.#repairFor(request), signal, onProgress });
    return { tables, isFinished: tables.every(({ finishedAtMs }) => finishedAtMs !== null) };
  }

  #repairFor({ repair, by }: VerifyRequest): Parameters<Verifier['compare']>[1]['repair'] {
    return repair ? { send: this.#options.repair, by } : null;
  }

  async #compare(
    scopes: readonly TableScope[],
    options: Parameters<Verifier['compare']>[1],
  ): Promise<readonly TableVerification[]> {
    const { config, follower } = this.#options;
    const watcher = await connectMysql(sourceLogin(config.source));
    try {
      const key = { pipeline: config.pipeline, lane: 'main' };
      const verifier = new Verifier({
        ...{ pipeline: config.pipeline, follower, parallel: config.verify.parallel },
        ...{ chunkTargetMs: CHUNK_TARGET_MS, chunkMaxRows: config.verify.chunkMaxRows, limits: config.verify.throttle },
        openViews: () => openViews(sourceLogin(config.source)),
        connectTarget: () => connectPostgres(targetLogin(config)),
        readPoint: (session) => readCheckpoint(session, key),
        busy: () => sourceLoad(watcher, LOAD_LIMITS),
        causes: (sides, table, print) => waitingCauses(sides.session, config.pipeline, { table, print }),
      });
      return await verifier.compare(scopes, options);
    } finally {
      await watcher.close();
    }
  }

  async #scopes({ tables }: VerifyRequest): Promise<readonly TableScope[]> {
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
}

function pick({ restart, mode }: VerifyRequest): Pick<VerifyRequest, 'restart' | 'mode'> {
  return { restart, mode };
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
