import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { VerifyAction } from '../../contract/action.ts';
import type { Change } from '../../contract/change.ts';
import type { GateStatus, Waiver, WayBackStatus } from '../../contract/cutover.ts';
import { SluiceError } from '../../contract/error.ts';
import { type Finding, finding } from '../../contract/finding.ts';
import type { TableVerified, VerifyStatus } from '../../contract/verify.ts';
import { judgeWayBack } from '../../cutover/back-gate.ts';
import type { StepContext } from '../../cutover/step.ts';
import type { Drained } from '../../cutover/steps/drain.ts';
import { sawNone } from '../../cutover/steps/first-write.ts';
import type { IntegrityFacts } from '../../cutover/watch.ts';
import { connectPostgres } from '../../postgres/connection.ts';
import { ChangedKeys } from '../../verify/changed-keys.ts';
import { CutoverHalf, type CutoverHalfOptions } from '../cutover/half.ts';
import { ProbeWatch } from '../cutover/probe-watch.ts';
import type { WayBackActs } from '../cutover/steps.ts';
import { unflipGate } from '../cutover/switch-flip.ts';
import { pause } from '../pause.ts';
import type { RunOptions } from '../run-option.ts';
import type { Scope } from '../scope.ts';
import type { SpareSessions } from '../spare-sessions.ts';
import { HoldUp } from '../status/hold-up.ts';
import type { RunState } from '../status/run-state.ts';
import { VerifyDesk } from '../verify/desk.ts';
import { ReverseFollower } from './follower.ts';
import { Reverse } from './reverse.ts';
import type { ReverseRun } from './run.ts';
import { reverseVerifier } from './verifier.ts';
import { acceptShapes } from './way-back-shape.ts';

/** Nothing is blocked meanwhile. */
const CANARY_LIMIT_MS = 120_000;
const WATCH_EVERY_MS = 500;
const TELL_EVERY_MS = 1_000;
const LOOKS_A_JUDGEMENT = 10;
const AGAIN_MS = 5_000;

/** The way back as the steps of both switches use it; `run`: the stream of this process, if it runs. */
export function wayBackActs(reverse: Reverse, run: () => ReverseRun | null, spares?: () => SpareSessions): WayBackActs {
  return {
    prove: async (signal) => {
      await reverse.prepare(signal);
      return (await reverse.canary(CANARY_LIMIT_MS, signal)).tookMs;
    },
    drop: () => reverse.drop(),
    skipForward: () => reverse.skipForward(),
    dropTriggers: () => reverse.dropTriggers(),
    firstWrite: () => reverse.firstRow(),
    end: async () => {
      await run()?.stop();
      await reverse.restoreTriggers(spares?.());
    },
  };
}

export interface WayBackOptions
  extends Pick<RunOptions, 'signal' | 'logger' | 'onActions' | 'onPoint' | 'withParts' | 'asked'> {
  readonly config: Config;
  readonly scope: Scope;
  readonly state: RunState;
}

/** Carries the writes of the target back to the source, until the signal or until a rollback; answers which. */
export async function runWayBack(options: WayBackOptions): Promise<'stopped' | 'returned'> {
  return await new WayBack(options).run();
}

class WayBack {
  readonly #options: WayBackOptions;
  readonly #reverse: Reverse;
  readonly #half: CutoverHalf;
  readonly #probes: ProbeWatch;
  readonly #end = new AbortController();
  readonly #follower = new ReverseFollower();
  readonly #keys: ChangedKeys;
  readonly #verify: VerifyDesk;
  #isFollowed = false;
  #integrity: IntegrityFacts | null = null;
  #run: ReverseRun | null = null;
  readonly #held = new HoldUp();
  /** Since when this process has seen no write of the application, which the switch did not see either; null: it did. */
  #silentSinceMs: number | null = null;
  #isReturned = false;

  constructor(options: WayBackOptions) {
    const { config, logger } = options;
    this.#options = options;
    this.#reverse = new Reverse({ config, logger, follower: this.#follower });
    this.#probes = new ProbeWatch(config);
    const half: CutoverHalfOptions = {
      ...options,
      direction: 'back',
      checkpoint: () => null,
      drain: {
        untilDrained: (context) => this.#untilDrained(context),
        isStillDrained: () => this.#isStillDrained(),
        drainMs: (signal) => this.#drainMs(signal),
      },
      wayBack: wayBackActs(
        this.#reverse,
        () => this.#run,
        () => this.#half.spares,
      ),
      verifyChanged: null,
      judge: (waivers) => this.#judge(waivers),
      onCommitted: () => {
        this.#isReturned = true;
      },
    };
    this.#half = new CutoverHalf(half);
    this.#keys = new ChangedKeys({
      ...{ follower: this.#follower, pipeline: config.pipeline, recall: nothing },
      connect: () => connectPostgres(targetLogin(config)),
    });
    this.#verify = this.#verifyDesk();
  }

  async run(): Promise<'stopped' | 'returned'> {
    const { signal, state, onActions } = this.#options;
    const ending = AbortSignal.any([signal, this.#end.signal]);
    const wayBack = {
      retry: (id: string) => this.#reverse.retry(id),
      drop: (id: string) => this.#reverse.giveUp(id),
    };
    const shapes = { accept: (tables: readonly string[] | 'all') => acceptShapes(this.#reverse, tables) };
    onActions?.({ cutover: this.#half.actions, wayBack, shapes, verify: this.#verifyAction });
    state.phase((phase) => phase.cutOver(true));
    try {
      const watching = [this.#watch(ending), this.#probes.run(ending), this.#follow(ending), this.#verify.watch()];
      await Promise.all([this.#carry(ending), ...watching, this.#untilReturned(ending)]);
    } finally {
      await this.#half.settled('the pipeline ends', signal);
      await this.#run?.stop().catch(() => {});
      state.phase((phase) => phase.cutOver(false));
    }
    return this.#isReturned ? 'returned' : 'stopped';
  }

  /** A failure that no retry cures waits for a person; the application writes on meanwhile. */
  async #carry(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isReturned) {
      this.#run = this.#reverse.start();
      try {
        await Promise.race([this.#run.ended, aborted(signal)]);
      } catch (error) {
        // It was stopped: what its links say of that is no failure.
        if (this.#isReturned || signal.aborted) return;
        if (!(error instanceof SluiceError)) throw error;
        this.#held.met(`${error.message} (${error.code}). ${error.remedy}`, this.#reverse.status().appliedLsn);
        this.#options.state.failed('pipeline', error, 1, AGAIN_MS);
      }
      if (this.#isReturned || signal.aborted) return;
      await pause(AGAIN_MS, signal);
    }
  }

  get #waitsFor(): string | null {
    return this.#held.at(this.#reverse.status().appliedLsn);
  }

  /** The stream often, the servers seldom. */
  async #watch(signal: AbortSignal): Promise<void> {
    await this.#half.remember();
    this.#silentSinceMs = sawNone(await this.#half.lastRecord('first-write')) ? Date.now() : null;
    for (let looks = 0; !signal.aborted; looks++) {
      const judged = looks % LOOKS_A_JUDGEMENT === 0 ? { gates: await this.#judge([]), gatesAtMs: Date.now() } : {};
      if (!signal.aborted) this.#half.tell({ ...judged, wayBack: this.#status() });
      await pause(WATCH_EVERY_MS, signal);
    }
  }

  /** Behind the point of no return the rest of the steps is done here, before the stream forward begins again. */
  async #untilReturned(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#isReturned) {
        await this.#half.settled('the application is back', this.#options.signal);
        this.#end.abort();
        return;
      }
      await pause(WATCH_EVERY_MS, signal);
    }
  }

  #status(): WayBackStatus {
    const { lagMs, appliedLsn, headLsn, rows, setAside, slot: state } = this.#reverse.status();
    const waitsFor = this.#waitsFor;
    if (rows + setAside > 0) this.#silentSinceMs = null;
    const silentSinceMs = this.#silentSinceMs;
    const advice = this.#probes.advice({ lagMs, setAside, waitsFor, integrity: this.#integrity, silentSinceMs });
    const slot = state && {
      behindBytes: state.behindBytes,
      retainedBytes: state.retainedBytes,
      headroomBytes: state.safeBytes,
    };
    return { lagMs, appliedLsn, headLsn, rows, setAside, waitsFor, slot, advice };
  }

  readonly #verifyAction: VerifyAction = async (request, how) => {
    if (request.repair) throw noRepair();
    return await this.#verify.verify(request, how);
  };

  /** Whatever the way there has kept holds no more: the application writes past its log. Nothing is compared before. */
  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isFollowed) {
      await pause(WATCH_EVERY_MS, signal);
      const { point } = this.#follower;
      if (point === null || signal.aborted) continue;
      try {
        await this.#keys.takeOver(null, signal);
        await this.#keys.moveOut();
        this.#isFollowed = true;
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
      }
    }
    await this.#keys.watch(signal);
  }

  /** Compares both sides over the way back: for whoever asks, and by itself as before the cutover. */
  #verifyDesk(): VerifyDesk {
    const { config, scope, signal: process, logger, state } = this.#options;
    const signal = AbortSignal.any([process, this.#end.signal]);
    return new VerifyDesk({
      ...{ config, scope, keys: this.#keys, signal, logger },
      isLoaded: () => this.#isFollowed && this.#run !== null && this.#waitsFor === null,
      repair: async () => {
        throw noRepair();
      },
      onStatus: (verify) => {
        this.#integrity = integrityOf(verify);
        state.change({ verify });
      },
      onRest: (reason, restedMs) => state.throttles.rested(reason === 'limit' ? 'verify-limit' : reason, restedMs),
      withVerifier: reverseVerifier(this.#follower),
    });
  }

  async #judge(waivers: readonly Waiver[]): Promise<readonly GateStatus[]> {
    const { config } = this.#options;
    const blockers = await this.#blockers();
    const unflip = await unflipGate(this.#half.sides.flip, await this.#half.lastRecord('flip'));
    const facts = { status: this.#status(), blockers, roles: config.cutover.targetRoles, unflip };
    return judgeWayBack(facts, config.cutover, waivers);
  }

  /** A target that cannot be asked leaves the gate red: what is not known is not green. */
  async #blockers(): Promise<readonly Finding[]> {
    try {
      return (await this.#half.sides.targetFence.check()).filter(({ severity }) => severity === 'blocker');
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return [finding('blocker', error.code, 'target', error.message, error.remedy)];
    }
  }

  async #untilDrained({ signal, tell }: Pick<StepContext, 'signal' | 'tell'>): Promise<Drained> {
    // What cannot be told is told by whoever runs the step.
    const timer = setInterval(() => void tell(this.#drainWords()).catch(() => {}), TELL_EVERY_MS);
    try {
      const { lsn, tookMs } = await this.#drain(signal);
      return { end: { server: 'postgresql', text: lsn }, shown: lsn, tookMs };
    } finally {
      clearInterval(timer);
    }
  }

  #drainWords(): string {
    const { appliedLsn, headLsn } = this.#reverse.status();
    const far = `the source has everything up to ${appliedLsn ?? 'nothing yet'}, the target's log ends at ${headLsn ?? 'an unknown place'}`;
    return `waits: ${far}${this.#waitsFor === null ? '' : `; ${this.#waitsFor}`}`;
  }

  /** Another mark goes through, and between the two nothing was carried. */
  async #isStillDrained(): Promise<boolean> {
    const before = this.#reverse.status().rows;
    await this.#drain(new AbortController().signal);
    return this.#reverse.status().rows === before;
  }

  /** While writes go on: the sessions for behind the fence are left alone. */
  async #drainMs(signal: AbortSignal): Promise<number> {
    if (this.#run === null) throw notRunning();
    return (await this.#reverse.drain(this.#run, Number.POSITIVE_INFINITY, signal)).tookMs;
  }

  async #drain(signal: AbortSignal) {
    signal.throwIfAborted();
    if (this.#run === null) throw notRunning();
    return await this.#reverse.drain(
      this.#run,
      this.#options.config.cutover.writeBlockLimitMs,
      signal,
      this.#half.spares,
    );
  }
}

/** One that was changed each time, could not be read, or of which something was lost since, is not compared. */
function integrityOf({ tables }: VerifyStatus): IntegrityFacts {
  const isCompared = ({ state, changesSince }: TableVerified) =>
    changesSince !== null && (state === 'equal' || state === 'different' || state === 'changing');
  const differences = tables.reduce((sum, { differenceCount }) => sum + differenceCount, 0);
  return { compared: tables.filter(isCompared).length, tables: tables.length, differences };
}

/** What an earlier process has kept is not gone on with. */
async function* nothing(): AsyncIterable<readonly Change[]> {}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** REPAIR_NOT_BACK: rows of the source are not written by anything but the way back; exit 3. */
function noRepair(): SluiceError {
  return new SluiceError({
    code: 'REPAIR_NOT_BACK',
    message: 'while the application writes on the target, nothing is repaired',
    remedy:
      'Find what writes to the source. A change of the row on the target, of every column that differs, carries it over.',
    disposition: 'stop',
  });
}

/** REVERSE_NOT_RUNNING: there is nothing to drain. */
function notRunning(): SluiceError {
  return new SluiceError({
    code: 'REVERSE_NOT_RUNNING',
    message: 'the way back does not run in this process',
    remedy: 'See what it waits for: sluice cutover status.',
    disposition: 'stop',
  });
}
