import type { Config } from '../config/config.ts';
import { sourceAdminLogin } from '../config/login.ts';
import type { GateStatus, Waiver } from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { type GateFinding, judgeGates } from '../cutover/gate.ts';
import { sourceQuiet } from '../cutover/source-quiet.ts';
import type { AnyFlip } from '../cutover/steps/flip.ts';
import { connectMysql } from '../mysql/connection.ts';
import { pause } from './pause.ts';
import type { Reverse } from './reverse.ts';
import type { Scope } from './scope.ts';
import type { AnyFence } from './switch-fence.ts';
import { flipGate } from './switch-flip.ts';
import { blockersOf, configuredHooks, SCHEMA_GATES, schemaGates, targetRolesGate } from './target-gates.ts';

export interface GateWatchOptions {
  readonly config: Config;
  readonly status: () => PipelineStatus;
  readonly clockOffsetMs: () => number | null;
  readonly scope: Scope;
  readonly fence: Pick<AnyFence, 'check'>;
  /** null: nothing flips the application. */
  readonly flip: AnyFlip | null;
  readonly targetFence: Pick<AnyFence, 'check'>;
  /** null: no way back is wanted. */
  readonly reverse: Pick<Reverse, 'check'> | null;
  readonly onGates: (gates: readonly GateStatus[], atMs: number) => void;
}

const EVERY_MS = 5_000;
const LAG_EVERY_MS = 200;
/** Catalogues of both sides are read so seldom while nothing is wrong with them, unless somebody asks. */
const SCHEMA_EVERY_MS = 30_000;

/** Judges the gates again and again, and when it is asked: those that the operator sees are those that decide. */
export class GateWatch {
  readonly #options: GateWatchOptions;
  /** Since when the lag has been known and within its limit. */
  #steadySinceMs: number | null = null;
  #schema: { readonly atMs: number; readonly findings: readonly GateFinding[] } | null = null;

  constructor(options: GateWatchOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watchLag(signal), this.#watchAll(signal)]);
  }

  /** As everything stands now. */
  async judge(waivers: readonly Waiver[]): Promise<readonly GateStatus[]> {
    this.#schema = null;
    return await this.#judge(waivers);
  }

  async #judge(waivers: readonly Waiver[]): Promise<readonly GateStatus[]> {
    const { config, status, clockOffsetMs } = this.#options;
    const findings = await this.#findings();
    const facts = { status: status(), findings, nowMs: Date.now(), clockOffsetMs: clockOffsetMs() };
    const limits = { ...config.cutover, verifyMaxAgeMs: config.verify.maxAgeMs };
    return judgeGates({ ...facts, steadySinceMs: this.#steadySinceMs }, limits, waivers);
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
      const gates = await this.#judge([]);
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
      await known('target-roles', 'the application can be kept out', () => this.#targetRoles()),
      await known('way-back', 'the way back can be made', () => this.#wayBack()),
      ...(await this.#schemaFindings()),
      await configuredHooks(this.#options.config),
    ];
  }

  async #schemaFindings(): Promise<readonly GateFinding[]> {
    const isWell = this.#schema?.findings.every(({ problems }) => problems.length === 0) ?? false;
    if (isWell && this.#schema !== null && Date.now() - this.#schema.atMs < SCHEMA_EVERY_MS)
      return this.#schema.findings;
    const { config, scope } = this.#options;
    try {
      this.#schema = { atMs: Date.now(), findings: await schemaGates(config, scope) };
      return this.#schema.findings;
    } catch (error) {
      return SCHEMA_GATES.map((gate) => unknown(gate, 'the schema of the target is known', error));
    }
  }

  async #targetRoles(): Promise<GateFinding> {
    const { config, targetFence } = this.#options;
    const { targetRoles: roles } = config.cutover;
    return targetRolesGate(roles, roles.length === 0 ? [] : await targetFence.check());
  }

  async #wayBack(): Promise<GateFinding> {
    const { reverse } = this.#options;
    return {
      gate: 'way-back',
      value: reverse === null ? 'none is wanted' : 'it can be made',
      threshold: 'the way back can be made',
      problems: reverse === null ? [] : blockersOf(await reverse.check()),
    };
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
    return {
      gate: 'fence',
      value: 'every right is there',
      threshold: 'writes can be blocked',
      problems: blockersOf(findings),
    };
  }
}

async function known(gate: string, threshold: string, ask: () => Promise<GateFinding>): Promise<GateFinding> {
  try {
    return await ask();
  } catch (error) {
    return unknown(gate, threshold, error);
  }
}

function unknown(gate: string, threshold: string, error: unknown): GateFinding {
  if (!(error instanceof SluiceError)) throw error;
  const problem = { text: `not known: ${error.message}`, cure: error.remedy };
  return { gate, value: '', threshold, problems: [problem] };
}
