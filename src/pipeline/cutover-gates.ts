import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { sourceAdminLogin } from '../config/login.ts';
import type { GateStatus, Waiver } from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { type GateFinding, judgeGates } from '../cutover/gate.ts';
import { sourceQuiet } from '../cutover/source-quiet.ts';
import type { AnyFlip } from '../cutover/steps/flip.ts';
import { connectMysql } from '../mysql/connection.ts';
import type { AnyFence } from './switch-fence.ts';
import { flipGate } from './switch-flip.ts';

export interface GateWatchOptions {
  readonly config: Config;
  readonly status: () => PipelineStatus;
  readonly clockOffsetMs: () => number | null;
  readonly fence: Pick<AnyFence, 'check'>;
  /** null: nothing flips the application. */
  readonly flip: AnyFlip | null;
  readonly onGates: (gates: readonly GateStatus[], atMs: number) => void;
}

const EVERY_MS = 5_000;
const LAG_EVERY_MS = 200;

/** Judges the gates again and again, and when it is asked: those that the operator sees are those that decide. */
export class GateWatch {
  readonly #options: GateWatchOptions;
  /** Since when the lag has been known and within its limit. */
  #steadySinceMs: number | null = null;

  constructor(options: GateWatchOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watchLag(signal), this.#watchAll(signal)]);
  }

  async judge(waivers: readonly Waiver[]): Promise<readonly GateStatus[]> {
    const { config, status, clockOffsetMs } = this.#options;
    const findings = await this.#findings();
    const facts = { status: status(), findings, nowMs: Date.now(), clockOffsetMs: clockOffsetMs() };
    return judgeGates({ ...facts, steadySinceMs: this.#steadySinceMs }, config.cutover, waivers);
  }

  async #watchLag(signal: AbortSignal): Promise<void> {
    const { config, status } = this.#options;
    while (!signal.aborted) {
      const { lagMs } = status();
      const isWithin = lagMs !== null && lagMs <= config.cutover.maxLagMs;
      this.#steadySinceMs = isWithin ? (this.#steadySinceMs ?? Date.now()) : null;
      await pause(LAG_EVERY_MS, signal);
    }
  }

  async #watchAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const gates = await this.judge([]);
      if (!signal.aborted) this.#options.onGates(gates, Date.now());
      await pause(EVERY_MS, signal);
    }
  }

  /** A server that cannot be asked leaves the gate red: what is not known is not green. */
  async #findings(): Promise<readonly GateFinding[]> {
    return [
      await known('source-quiet', 'nothing long is open on the source', () => this.#sourceQuiet()),
      await known('fence', 'writes can be blocked', () => this.#fence()),
      await known('flip', 'the application can be flipped', () => flipGate(this.#options.flip)),
    ];
  }

  async #sourceQuiet(): Promise<GateFinding> {
    const { config } = this.#options;
    const source = await connectMysql(sourceAdminLogin(config.source));
    try {
      return await sourceQuiet(source, { longestMs: config.cutover.longestTransactionMs, ours: [] });
    } finally {
      await source.close();
    }
  }

  async #fence(): Promise<GateFinding> {
    const findings = await this.#options.fence.check();
    const blockers = findings.filter(({ severity }) => severity === 'blocker');
    return {
      gate: 'fence',
      value: 'every right is there',
      threshold: 'writes can be blocked',
      problems: blockers.map(({ object, message, cure }) => ({ text: `${object}: ${message}`, cure: cure.join('; ') })),
    };
  }
}

async function known(gate: string, threshold: string, ask: () => Promise<GateFinding>): Promise<GateFinding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const problem = { text: `not known: ${error.message}`, cure: error.remedy };
    return { gate, value: '', threshold, problems: [problem] };
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
