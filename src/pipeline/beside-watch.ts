import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { BesideStatus, ComparedObject } from '../contract/compared-object.ts';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import { compareAlso } from './compare-also.ts';

const TICK_MS = 5_000;
/** After one that failed. */
const AGAIN_MS = 10 * 60_000;
const MOST_OBJECTS = 50;

export interface BesideWatchOptions {
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** False while a load goes on: keys and indexes come after it. */
  readonly isLoaded: () => boolean;
  readonly onCompared: (beside: BesideStatus) => void;
}

/** Compares what both sides have beside rows, soon after the load and as often as the rows (`verify.every`). Never fails. */
export async function watchBeside({ config, signal, logger, isLoaded, onCompared }: BesideWatchOptions): Promise<void> {
  let nextMs = 0;
  while (!signal.aborted) {
    await sleep(TICK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted || !isLoaded() || Date.now() < nextMs) continue;
    try {
      const how = { isStill: false, countsLosses: false, countsOrphans: false, rowCounts: [], signal };
      onCompared(besideStatus(await compareAlso(config, how), Date.now()));
      nextMs = Date.now() + config.verify.everyMs;
    } catch (error) {
      if (signal.aborted) return;
      nextMs = Date.now() + AGAIN_MS;
      const code = error instanceof SluiceError ? error.code : 'INTERNAL';
      logger.debug({ code }, 'what both sides have beside rows was not compared: see sluice verify');
    }
  }
}

/** What is equal is only counted. */
export function besideStatus(compared: readonly ComparedObject[], comparedAtMs: number): BesideStatus {
  const of = (state: ComparedObject['state']) => compared.filter((one) => one.state === state);
  const [different, open] = [of('different'), of('not-compared')];
  return {
    ...{ comparedAtMs, equal: of('equal').length, different: different.length, notCompared: open.length },
    objects: [...different, ...open].slice(0, MOST_OBJECTS),
  };
}
