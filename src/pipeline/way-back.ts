import type { Config } from '../config/config.ts';
import type { GateStatus, Waiver, WayBackStatus } from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import { judgeWayBack } from '../cutover/back-gate.ts';
import { type FenceFinding, fenceFinding } from '../cutover/fence/fence.ts';
import type { Drained } from '../cutover/steps/drain.ts';
import { CutoverHalf, type CutoverHalfOptions } from './cutover-half.ts';
import type { WayBackActs } from './cutover-steps.ts';
import { pause } from './pause.ts';
import { ProbeWatch } from './probe-watch.ts';
import { Reverse } from './reverse.ts';
import type { ReverseRun } from './reverse-run.ts';
import type { RunOptions } from './run-option.ts';
import type { RunState } from './run-state.ts';
import type { Scope } from './scope.ts';
import { type AnyFence, targetFence } from './switch-fence.ts';

const CANARY_LIMIT_MS = 30_000;
const WATCH_EVERY_MS = 500;
const LOOKS_A_JUDGEMENT = 10;
const AGAIN_MS = 5_000;

/** The way back as the steps of both switches use it; `run`: the stream of this process, if it runs. */
export function wayBackActs(reverse: Reverse, run: () => ReverseRun | null): WayBackActs {
  return {
    prove: async () => {
      await reverse.prepare();
      return (await reverse.canary(CANARY_LIMIT_MS)).tookMs;
    },
    drop: () => reverse.drop(),
    skipForward: async () => {
      const end = await reverse.targetEnd();
      await reverse.advance(end);
      return end;
    },
    dropTriggers: () => reverse.dropTriggers(),
    firstWrite: () => reverse.firstRow(),
    end: async () => {
      await run()?.stop();
      await reverse.restoreTriggers();
      await reverse.drop();
    },
  };
}

export interface WayBackOptions extends Pick<RunOptions, 'signal' | 'logger' | 'onActions' | 'onPoint'> {
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
  readonly #fence: AnyFence;
  readonly #probes: ProbeWatch;
  readonly #end = new AbortController();
  #run: ReverseRun | null = null;
  #waitsFor: string | null = null;
  #isReturned = false;

  constructor(options: WayBackOptions) {
    const { config, logger } = options;
    this.#options = options;
    this.#reverse = new Reverse({ config, logger });
    this.#fence = targetFence(config);
    this.#probes = new ProbeWatch(config);
    const half: CutoverHalfOptions = {
      ...options,
      direction: 'back',
      checkpoint: () => null,
      drain: {
        untilDrained: (signal) => this.#untilDrained(signal),
        isStillDrained: () => this.#isStillDrained(),
      },
      wayBack: wayBackActs(this.#reverse, () => this.#run),
      verifyChanged: null,
      judge: (waivers) => this.#judge(waivers),
      onCommitted: () => {
        this.#isReturned = true;
      },
    };
    this.#half = new CutoverHalf(half);
  }

  async run(): Promise<'stopped' | 'returned'> {
    const { signal, state, onActions } = this.#options;
    const ending = AbortSignal.any([signal, this.#end.signal]);
    onActions?.({ cutover: this.#half.actions });
    state.phase((phase) => phase.cutOver(true));
    try {
      const watching = [this.#watch(ending), this.#probes.run(ending)];
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
        this.#waitsFor = null;
        await Promise.race([this.#run.ended, aborted(signal)]);
      } catch (error) {
        // It was stopped: what its links say of that is no failure.
        if (this.#isReturned || signal.aborted) return;
        if (!(error instanceof SluiceError)) throw error;
        this.#waitsFor = `${error.message} (${error.code}). ${error.remedy}`;
        this.#options.state.failed('pipeline', error, 1, AGAIN_MS);
      }
      if (this.#isReturned || signal.aborted) return;
      await pause(AGAIN_MS, signal);
    }
  }

  /** The stream often, the servers seldom. */
  async #watch(signal: AbortSignal): Promise<void> {
    await this.#half.remember();
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
    const { lagMs, appliedLsn, headLsn, rows, setAside } = this.#reverse.status();
    const waitsFor = this.#waitsFor;
    const advice = this.#probes.advice({ lagMs, setAside, waitsFor });
    return { lagMs, appliedLsn, headLsn, rows, setAside, waitsFor, advice };
  }

  async #judge(waivers: readonly Waiver[]): Promise<readonly GateStatus[]> {
    const { config } = this.#options;
    const blockers = await this.#blockers();
    const facts = { status: this.#status(), blockers, roles: config.cutover.targetRoles };
    return judgeWayBack(facts, config.cutover, waivers);
  }

  /** A target that cannot be asked leaves the gate red: what is not known is not green. */
  async #blockers(): Promise<readonly FenceFinding[]> {
    try {
      return (await this.#fence.check()).filter(({ severity }) => severity === 'blocker');
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return [fenceFinding('blocker', error.code, 'target', error.message, error.remedy)];
    }
  }

  async #untilDrained(signal: AbortSignal): Promise<Drained> {
    const { lsn, tookMs } = await this.#drain(signal);
    return { end: { server: 'postgresql', text: lsn }, shown: lsn, tookMs };
  }

  /** Another mark goes through, and between the two nothing was carried. */
  async #isStillDrained(): Promise<boolean> {
    const before = this.#reverse.status().rows;
    await this.#drain(new AbortController().signal);
    return this.#reverse.status().rows === before;
  }

  async #drain(signal: AbortSignal) {
    signal.throwIfAborted();
    if (this.#run === null) throw notRunning();
    return await this.#reverse.drain(this.#run, this.#options.config.cutover.writeBlockLimitMs);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
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
