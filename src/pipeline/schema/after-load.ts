import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import { objectText } from '../../convert/inventory.ts';
import { plannedSteps, remainingSteps } from '../../convert/remaining.ts';
import { isActing, phaseOf, type Step } from '../../convert/step.ts';
import { nextNumberOf } from '../../mysql/next-number.ts';
import type { TargetName } from '../../postgres/quote.ts';
import type { Sink } from '../../sink/sink.ts';
import type { RunState } from '../status/run-state.ts';
import { supervise } from '../supervise.ts';
import { sweepOf } from '../verify/orphan-sweep.ts';
import { analyzeLoaded } from './analyze-loaded.ts';
import { finishKeys, finishLoad } from './finish-load.ts';
import { readPlan } from './plan.ts';
import type { Prepared } from './prepare.ts';
import { INDEX_KINDS, OTHER_KINDS, restoreDropped } from './restore-dropped.ts';
import { raiseAllSequences } from './sequence.ts';

export interface AfterLoadOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly prepared: Prepared;
  readonly state: RunState;
  readonly sink: Sink;
  readonly signal: AbortSignal;
}

/** What the target gets once every row that existed has arrived. */
export class AfterLoad {
  readonly #options: AfterLoadOptions;

  constructor(options: AfterLoadOptions) {
    this.#options = options;
  }

  /** Indexes, orphans of unlogged cascades, foreign keys, statistics. What fails is in the status; the stream goes on. */
  async finish(): Promise<void> {
    const { config, logger, state } = this.#options;
    const { steps, failures: unplanned } = await this.#planAfterLoad();
    const finish = { target: targetLogin(config), signal: this.#options.signal, logger };
    const restore = { config, signal: this.#options.signal, logger };
    await this.#retryFreed();
    const failures = [
      ...(await restoreDropped(INDEX_KINDS, restore)),
      ...unplanned,
      ...(await finishLoad({ ...finish, steps: steps.filter(({ kind }) => !isActing(kind)) })),
      ...(await this.#sweepOrphans()),
      ...(await finishKeys({ ...finish, steps: steps.filter(({ kind }) => isActing(kind)) })),
      ...(await restoreDropped(OTHER_KINDS, restore)),
      ...(await analyzeLoaded(this.#targets, finish)),
      ...(await this.raiseSequences()),
    ];
    for (const error of failures) state.failed('apply', error, 1, null);
  }

  /** A target that cannot be reached now is left to the next run. */
  async raiseSequences(): Promise<readonly SluiceError[]> {
    const { config, logger, prepared } = this.#options;
    try {
      return await raiseAllSequences(config, { numbers: prepared.tables.map(nextNumberOf), scope: prepared.scope });
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      logger.warn({ code: error.code }, `sequences were not moved past the rows that have come: ${error.message}`);
      return [error];
    }
  }

  get #targets(): readonly TargetName[] {
    const { tables, scope } = this.#options.prepared;
    return tables.map(({ version }) => scope.targetOf(version.database, version.table)).filter((name) => name !== null);
  }

  /** As the source is now: it may have got indexes while the load went on. */
  async #planAfterLoad(): Promise<{ steps: readonly Step[]; failures: readonly SluiceError[] }> {
    const { config, logger, prepared } = this.#options;
    if (config.target.ddl !== 'convert') return { steps: [], failures: [] };
    let steps: readonly Step[] = [];
    try {
      await supervise(
        async () => {
          const plan = await readPlan(config, prepared.scope, this.#options.signal);
          const later = plannedSteps(plan).filter(({ kind }) => phaseOf(kind) === 'constraints');
          steps = remainingSteps(later, plan);
          for (const entry of plan.inventory.entries.filter(({ outcome }) => outcome === 'left-out'))
            logger.debug({ object: objectText(entry), reason: entry.reason }, 'has no counterpart on the target');
        },
        {
          signal: this.#options.signal,
          onFailure: ({ error }) => logger.debug({ code: error.code }, 'the plan waits'),
        },
      );
      return { steps, failures: [] };
    } catch (error) {
      // The rows arrive without it: said in the status, while the stream goes on.
      if (error instanceof SluiceError) return { steps: [], failures: [error] };
      throw error;
    }
  }

  /** Changes of other tables that waited behind one of a table that was loaded anew. */
  async #retryFreed(): Promise<void> {
    const { logger } = this.#options;
    await supervise(
      async () => {
        const { applied, remaining } = await this.#options.sink.quarantine.retryFreed();
        if (applied + remaining > 0) logger.info({ applied, remaining }, 'tried changes that a reload has freed');
      },
      {
        signal: this.#options.signal,
        onFailure: ({ error }) => logger.debug({ code: error.code }, 'freed changes wait'),
      },
    );
  }

  async #sweepOrphans(): Promise<readonly SluiceError[]> {
    const { config, logger, prepared } = this.#options;
    const failures: SluiceError[] = [];
    await supervise(
      async () => {
        const swept = await sweepOf({ config, sink: this.#options.sink, prepared, signal: this.#options.signal });
        failures.push(...swept.undecided);
        if (swept.rows > 0) logger.info({ rows: swept.rows }, 'removed orphans that cascades left during the load');
      },
      {
        signal: this.#options.signal,
        onFailure: ({ error }) => logger.debug({ code: error.code }, 'the orphan sweep waits'),
      },
    );
    return failures;
  }
}
