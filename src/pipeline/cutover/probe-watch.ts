import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { probeOnce } from '../../cutover/flip/probe.ts';
import { adviseRollback, type ProbeSample, type WatchFacts } from '../../cutover/watch.ts';
import { switchProbe } from './switch-flip.ts';

/** The last of them decide. */
const KEPT = 60;

/** Asks the application again and again while it writes to the new side, for the advice on a rollback. */
export class ProbeWatch {
  readonly #config: Config;
  #probes: readonly ProbeSample[] = [];

  constructor(config: Config) {
    this.#config = config;
  }

  advice(facts: Omit<WatchFacts, 'probes'>): string {
    return adviseRollback({ ...facts, probes: this.#probes }, this.#config.cutover.watch);
  }

  async run(signal: AbortSignal): Promise<void> {
    const probed = switchProbe(this.#config);
    if (probed === null) return;
    while (!signal.aborted) {
      const startedMs = performance.now();
      const { isHealthy } = await probeOnce(probed.probe, signal);
      if (signal.aborted) return;
      const tookMs = Math.round(performance.now() - startedMs);
      this.#probes = [...this.#probes, { isHealthy, tookMs }].slice(-KEPT);
      await sleep(this.#config.cutover.watch.everyMs, undefined, { signal }).catch(() => {});
    }
  }
}
