import { type Config, HEARTBEAT_DATABASE } from '../config/config.ts';
import { sourceAdminLogin, sourceLogin } from '../config/login.ts';
import type { CutoverActions } from '../contract/action.ts';
import type { CutoverStatus } from '../contract/cutover.ts';
import type { Logger } from '../contract/logger.ts';
import { attemptStatus } from '../cutover/attempt-status.ts';
import { MysqlFence } from '../cutover/fence/mysql-fence.ts';
import type { Attempt } from '../cutover/journal.ts';
import { drainedEnd } from '../cutover/steps/drain.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { type Checkpoint, closeCheckpoint } from '../sink/checkpoint.ts';
import { CutoverDesk } from './cutover-desk.ts';
import { GateWatch } from './cutover-gates.ts';
import { forwardSteps } from './cutover-steps.ts';
import { standsAt } from './drain.ts';
import type { RunState } from './run-state.ts';
import type { Scope } from './scope.ts';

export interface CutoverHalfOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly logger: Logger;
  readonly state: RunState;
  /** Where the target stands; null while no stream runs. */
  readonly checkpoint: () => Checkpoint | null;
  /** The point of no return was passed: the stream that feeds the target is closed. */
  readonly onCommitted: () => void;
}

type Judged = Pick<CutoverStatus, 'gates' | 'gatesAtMs'>;

/** What the running pipeline has to do with its own end: gates, the attempt under way, what is left of an earlier one. */
export class CutoverHalf {
  readonly #options: CutoverHalfOptions;
  readonly #desk: CutoverDesk;
  readonly #gates: GateWatch;
  #attempt: Attempt | null = null;
  #judged: Judged = { gates: [], gatesAtMs: null };

  constructor(options: CutoverHalfOptions) {
    const { config, scope, logger, state, checkpoint } = options;
    this.#options = options;
    const fence = fenceOf(config);
    const standing = () => checkpoint()?.position ?? null;
    const drain = { config, standing, isFenced: () => this.isFenced };
    this.#gates = new GateWatch({
      config,
      fence,
      status: () => state.status(),
      clockOffsetMs: () => state.board.head?.clockOffsetMs ?? null,
      onGates: (gates, gatesAtMs) => this.#tell({ gates, gatesAtMs }),
    });
    this.#desk = new CutoverDesk({
      config,
      logger,
      steps: forwardSteps({ config, scope, fence, drain }),
      judge: (waivers) => this.#gates.judge(waivers),
      onChange: (attempt) => this.#changed(attempt),
      closeStream: (session, attempt) => this.#closeStream(session, attempt),
    });
  }

  get actions(): CutoverActions {
    return this.#desk;
  }

  /** From the moment at which the fence is asked for until it is lifted: no heartbeat is written. */
  get isFenced(): boolean {
    const fence = this.#attempt?.steps.find(({ name, phase }) => name === 'fence' && phase === 'blocked');
    return fence !== undefined && fence.state !== 'waiting' && fence.state !== 'undone';
  }

  async watch(signal: AbortSignal): Promise<void> {
    await this.#gates.run(signal);
  }

  /** Finishes what an earlier process has left; true when the application writes to the target since. */
  async recover(): Promise<boolean> {
    const last = await this.#desk.recover();
    if (last !== null) this.#changed(last);
    return last?.outcome === 'committed' && last.direction === 'forward';
  }

  async settled(reason: string, ending: AbortSignal): Promise<void> {
    await this.#desk.settled(reason, ending);
  }

  #changed(attempt: Attempt): void {
    const isNews = attempt.outcome === 'committed' && this.#attempt?.outcome !== 'committed';
    this.#attempt = attempt;
    this.#tell(this.#judged);
    if (isNews) this.#options.onCommitted();
  }

  #tell(judged: Judged): void {
    this.#judged = judged;
    const { state } = this.#options;
    const attempt = this.#attempt === null ? null : attemptStatus(this.#attempt, Date.now());
    state.change({ cutover: { attempt, ...judged } });
    state.publish();
  }

  /** Only where the target still stands exactly at the end that the drain has found. */
  async #closeStream(session: PostgresSession, attempt: string): Promise<boolean> {
    const at = this.#options.checkpoint();
    const end = drainedEnd(this.#attempt?.steps.find(({ name }) => name === 'drain')?.record ?? null);
    if (at === null || end === null || !standsAt(at.position, end)) return false;
    const key = { pipeline: this.#options.config.pipeline, lane: 'main' };
    return await closeCheckpoint(session, key, { at, by: attempt });
  }
}

function fenceOf({ source, cutover }: Config): MysqlFence {
  return new MysqlFence({
    login: sourceAdminLogin(source),
    way: cutover.fence === 'accounts' ? 'accounts' : 'read-only',
    ours: [source.url.user],
    keep: cutover.keepAccounts,
    tryAs: [{ name: 'sluice', login: sourceLogin(source) }],
    database: HEARTBEAT_DATABASE,
    limitMs: cutover.writeBlockLimitMs,
  });
}
