import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import type { BesideStatus, ComparedObject } from '../../contract/compared-object.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import { compareRowCount, type RowCount } from '../../verify/also/row-count.ts';
import { compareAlso } from './compare-also.ts';
import { type CountOptions, countAlso } from './count-also.ts';

const TICK_MS = 5_000;
const TELL_MS = 1_000;
/** After one that failed. */
const AGAIN_MS = 10 * 60_000;
const MOST_OBJECTS = 50;

export interface BesideWatchOptions extends CountOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** False while a load goes on: keys and indexes come after it. */
  readonly isLoaded: () => boolean;
  /** As the last comparison of each table's rows has counted them. */
  readonly rowCounts: () => readonly RowCount[];
  readonly onCompared: (beside: BesideStatus) => void;
}

/**
 * Compares what both sides have beside rows, soon after the load and as often as the rows (`verify.every`), and counts
 * slowly what only reading all rows tells. Never fails.
 */
export async function watchBeside(options: BesideWatchOptions): Promise<void> {
  await new BesideWatch(options).run();
}

class BesideWatch {
  readonly #options: BesideWatchOptions;
  #compared: { readonly objects: readonly ComparedObject[]; readonly atMs: number } | null = null;
  /** Of the pass before, until the next one has ended. */
  #counted: readonly ComparedObject[] = [];
  #told = '';

  constructor(options: BesideWatchOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { config, signal } = this.#options;
    const how = { isStill: false, countsLosses: false, countsOrphans: false, rowCounts: [], signal };
    const compared = this.#again('what both sides have beside rows was not compared: see sluice verify', async () => {
      this.#compared = { objects: await compareAlso(config, how), atMs: Date.now() };
    });
    const counted = this.#again(
      'losses and rows without parents were not counted: see sluice verify --losses',
      async () => {
        this.#counted = await countAlso(config, this.#options);
      },
    );
    await Promise.all([compared, counted, this.#tell()]);
  }

  /** After each success as often as the rows are compared; what fails is tried again sooner. */
  async #again(failure: string, work: () => Promise<void>): Promise<void> {
    const { config, signal, logger, isLoaded } = this.#options;
    for (let nextMs = 0; !signal.aborted; ) {
      await sleep(TICK_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted || !isLoaded() || Date.now() < nextMs) continue;
      try {
        await work();
        nextMs = Date.now() + config.verify.everyMs;
      } catch (error) {
        if (signal.aborted) return;
        nextMs = Date.now() + AGAIN_MS;
        const code = error instanceof SluiceError ? error.code : 'INTERNAL';
        logger.debug({ code }, failure);
      }
    }
  }

  /** Rows are counted by whoever compares them, at times of their own. */
  async #tell(): Promise<void> {
    const { signal, rowCounts, onCompared } = this.#options;
    while (!signal.aborted) {
      await sleep(TELL_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted || this.#compared === null) continue;
      const { objects, atMs } = this.#compared;
      const beside = besideStatus([...rowCounts().map(compareRowCount), ...objects, ...this.#counted], atMs);
      const told = JSON.stringify(beside);
      if (told !== this.#told) onCompared(beside);
      this.#told = told;
    }
  }
}

/** What is equal is only counted, but for what is so by a rule. */
export function besideStatus(compared: readonly ComparedObject[], comparedAtMs: number): BesideStatus {
  const of = (state: ComparedObject['state']) => compared.filter((one) => one.state === state);
  const [different, open, equal] = [of('different'), of('not-compared'), of('equal')];
  const ruled = equal.filter(({ reason }) => reason !== null);
  return {
    ...{ comparedAtMs, equal: equal.length, different: different.length, notCompared: open.length },
    objects: [...different, ...open, ...ruled].slice(0, MOST_OBJECTS),
  };
}
