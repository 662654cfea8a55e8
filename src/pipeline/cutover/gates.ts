import { BackupWatch } from '../../backup/fresh.ts';
import { type Config, HEARTBEAT_DATABASE } from '../../config/config.ts';
import { sourceAdminLogin, targetLogin } from '../../config/login.ts';
import type { GateStatus, Waiver } from '../../contract/cutover.ts';
import { SluiceError } from '../../contract/error.ts';
import type { PipelineStatus } from '../../contract/status.ts';
import { copyGate } from '../../cutover/copy/copy-gate.ts';
import { type GateFinding, judgeGates } from '../../cutover/gate.ts';
import { sourceQuiet } from '../../cutover/source-quiet.ts';
import { ownThreads } from '../../mysql/connection.ts';
import { KeptSource } from '../kept-source.ts';
import { pause } from '../pause.ts';
import type { Reverse } from '../reverse/reverse.ts';
import type { Scope } from '../scope.ts';
import { lackedRights } from '../target-right.ts';
import { withTarget } from '../target-session.ts';
import { backupGate } from './backup-gate.ts';
import { flipGate } from './switch-flip.ts';
import type { SwitchSides } from './switch-side.ts';
import {
  blockersOf,
  configuredHooks,
  SCHEMA_GATES,
  type SchemaGates,
  schemaGates,
  targetRolesGate,
} from './target-gates.ts';

export interface GateWatchOptions {
  readonly config: Config;
  readonly status: () => PipelineStatus;
  /** That of the status, which is too much to make as often. */
  readonly lagMs: () => number | null;
  readonly clockOffsetMs: () => number | null;
  readonly scope: Scope;
  readonly sides: SwitchSides;
  /** null: no way back is wanted. */
  readonly reverse: Pick<Reverse, 'check'> | null;
  /** Writes are blocked, or were: then no gate matters any more, and whoever waits needs both servers. */
  readonly isFenced: () => boolean;
  readonly onGates: (gates: readonly GateStatus[], atMs: number) => void;
}

const EVERY_MS = 5_000;
const LAG_EVERY_MS = 200;
/** Rights and catalogues of both sides are read so seldom while nothing is wrong with them, unless somebody asks. */
const SETTLED_EVERY_MS = 30_000;

/** Judges the gates again and again, and when it is asked: those that the operator sees are those that decide. */
export class GateWatch {
  readonly #options: GateWatchOptions;
  /** Since when the lag has been known and within its limit. */
  #steadySinceMs: number | null = null;
  readonly #backups = new BackupWatch();
  #settled: (SchemaGates & { readonly atMs: number }) | null = null;
  readonly #source: KeptSource;

  constructor(options: GateWatchOptions) {
    this.#options = options;
    this.#source = new KeptSource(() => sourceAdminLogin(options.config.source));
  }

  /** `database.table` of every table whose schema was judged last; null: that could not be judged. */
  get looked(): readonly string[] | null {
    return this.#settled?.looked ?? null;
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      await Promise.all([this.#watchLag(signal), this.#watchAll(signal)]);
    } finally {
      await this.#source.close();
    }
  }

  /** As everything stands now. */
  async judge(waivers: readonly Waiver[]): Promise<readonly GateStatus[]> {
    this.#settled = null;
    return await this.#judge(waivers);
  }

  async #judge(waivers: readonly Waiver[]): Promise<readonly GateStatus[]> {
    const { config, status, clockOffsetMs } = this.#options;
    const findings = await this.#findings();
    const unseen = this.#settled?.unseen ?? [];
    const makesSchema = config.target.ddl === 'convert';
    const facts = {
      status: status(),
      findings,
      makesSchema,
      unseen,
      nowMs: Date.now(),
      clockOffsetMs: clockOffsetMs(),
    };
    const limits = { ...config.cutover, verifyMaxAgeMs: config.verify.maxAgeMs };
    return judgeGates({ ...facts, steadySinceMs: this.#steadySinceMs }, limits, waivers);
  }

  async #watchLag(signal: AbortSignal): Promise<void> {
    const { config } = this.#options;
    while (!signal.aborted) {
      const lagMs = this.#options.lagMs();
      const isWithin = lagMs !== null && lagMs <= config.cutover.maxLagMs;
      this.#steadySinceMs = isWithin ? (this.#steadySinceMs ?? Date.now()) : null;
      await pause(LAG_EVERY_MS, signal);
    }
  }

  async #watchAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const gates = this.#options.isFenced() ? null : await this.#judge([]);
      if (!signal.aborted && gates !== null) this.#options.onGates(gates, Date.now());
      await pause(EVERY_MS, signal);
    }
  }

  /** A server that cannot be asked leaves the gate red: what is not known is not green. */
  async #findings(): Promise<readonly GateFinding[]> {
    return [
      await known('source-quiet', 'nothing long is open on the source', () => this.#sourceQuiet()),
      await known('source-copy', 'each step can be copied to the source', () => this.#sourceCopy()),
      await known('flip', 'the application can be flipped', () => flipGate(this.#options.sides.flip)),
      ...(await this.#settledFindings()),
      await configuredHooks(this.#options.config),
      await known('backup', 'there is a backup', () => this.#backup()),
    ];
  }

  /** Each opens sessions of its own. */
  async #settledFindings(): Promise<readonly GateFinding[]> {
    const isWell = this.#settled?.findings.every(({ problems }) => problems.length === 0) ?? false;
    if (isWell && this.#settled !== null && Date.now() - this.#settled.atMs < SETTLED_EVERY_MS)
      return this.#settled.findings;
    const schema = await this.#schemaGates();
    const findings = [
      await known('fence', 'writes can be blocked', () => this.#fence()),
      await known('target-roles', 'the application can be kept out', () => this.#targetRoles()),
      await known('way-back', 'the way back can be made', () => this.#wayBack()),
      ...schema.findings,
    ];
    this.#settled = { ...schema, atMs: Date.now(), findings };
    return findings;
  }

  async #schemaGates(): Promise<SchemaGates> {
    const { config, scope } = this.#options;
    try {
      return await schemaGates(config, scope);
    } catch (error) {
      const findings = SCHEMA_GATES.map((gate) => unknown(gate, 'the schema of the target is known', error));
      return { findings, unseen: [], looked: null };
    }
  }

  async #targetRoles(): Promise<GateFinding> {
    const { config, sides } = this.#options;
    const { targetRoles: roles } = config.cutover;
    if (roles.length === 0) return targetRolesGate([], []);
    const gate = targetRolesGate(roles, await sides.targetFence.check());
    const { signal } = new AbortController();
    const lacked = await withTarget(targetLogin(config), signal, (target) => lackedRights(target, roles));
    return { ...gate, problems: [...gate.problems, ...lacked] };
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
    const { longestTransactionMs: longestMs } = this.#options.config.cutover;
    return await this.#source.judge((source) => sourceQuiet(source, { longestMs, ours: ownThreads(source.server) }));
  }

  async #backup(): Promise<GateFinding> {
    const { config } = this.#options;
    return await backupGate(config, this.#backups, () => this.#source.use(async ({ server }) => server.id));
  }

  async #sourceCopy(): Promise<GateFinding> {
    return await this.#source.use((source) => copyGate(source, HEARTBEAT_DATABASE));
  }

  async #fence(): Promise<GateFinding> {
    const findings = await this.#options.sides.sourceFence.check();
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
