import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { askStatus } from '../control/client.ts';
import type { DemoOptions } from './demo-option.ts';
import type { PipelineProcess } from './pipeline-process.ts';

const EVERY_MS = 100;
const LIMIT_MS = 30 * 60_000;

/** Asks the running pipeline until `isThere`; fails when its process ends before. */
export async function untilStatus(
  config: Config,
  options: DemoOptions,
  isThere: (status: PipelineStatus) => boolean,
  pipeline?: PipelineProcess,
): Promise<PipelineStatus> {
  for (const startedMs = performance.now(); performance.now() - startedMs < LIMIT_MS; ) {
    options.signal.throwIfAborted();
    if (pipeline && !pipeline.isRunning) throw new Error(`sluice run ended by itself:\n${pipeline.log}`);
    const status = await askStatus(config.control.socket).catch(() => null);
    if (status) options.onStatus(status);
    if (status && isThere(status)) return status;
    await sleep(EVERY_MS);
  }
  throw new Error('the demo waited for half an hour');
}

/** Lag as the pipeline tells it, sampled for a while; unknown lags are left out. */
export async function follow(config: Config, options: DemoOptions, forMs: number): Promise<number[]> {
  const lags: number[] = [];
  for (const startedMs = performance.now(); performance.now() - startedMs < forMs; ) {
    options.signal.throwIfAborted();
    const status = await askStatus(config.control.socket);
    options.onStatus(status);
    if (status.lagMs !== null) lags.push(status.lagMs);
    await sleep(EVERY_MS);
  }
  return lags;
}
