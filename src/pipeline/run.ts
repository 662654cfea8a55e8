/** Pipeline: the one place where the stages meet. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { SluiceError } from '../contract/error.ts';
import { ForwardHalf } from './forward-half.ts';
import { runHalves } from './halves.ts';
import { openLogOf } from './log-of.ts';
import { type PrepareParts, prepareRun } from './prepare.ts';
import { resync } from './resync.ts';
import type { RunOptions, RunPipeline, RunResult } from './run-option.ts';
import { RunState } from './run-state.ts';
import { scopeOf } from './scope.ts';
import { startStep } from './start-step.ts';
import { firstFacts } from './status.ts';
import { VERSION } from './version.ts';
import { runWayBack } from './way-back.ts';

const STATUS_EVERY_MS = 500;

/**
 * Runs a pipeline, or one half of it, until the signal, until caught up, or until an error that no retry cures, which is
 * thrown. The same call after any crash goes on from what is durable.
 */
export const runPipeline: RunPipeline = async (config: Config, options: RunOptions): Promise<RunResult> => {
  const { mode, signal, onStatus } = options;
  const identity = { pipeline: config.pipeline, mode, startedAtMs: Date.now(), pid: process.pid, version: VERSION };
  const state = new RunState(identity, firstFacts(config), onStatus);
  const end = new AbortController();
  const ticking = tick(state, end.signal);
  const log = openLogOf(config);
  const stopping = () => state.phase((phase) => phase.ends('stopping'));
  signal.addEventListener('abort', stopping, { once: true });
  try {
    state.publish();
    if (options.isResync) await startStep(state, options, () => resync(config, options.logger).then(() => true));
    const ended = await runSides({ config, log, state }, options);
    state.phase((phase) => phase.ends('stopped'));
    return { ended, status: state.status() };
  } catch (error) {
    if (error instanceof SluiceError) state.failed('pipeline', error, 1, null);
    state.phase((phase) => phase.ends('failed'));
    throw error;
  } finally {
    signal.removeEventListener('abort', stopping);
    end.abort();
    await ticking;
    await log.close();
  }
};

/** The stream to the target while the application writes to the source, the way back while it writes to the target. */
async function runSides(parts: PrepareParts, options: RunOptions): Promise<RunResult['ended']> {
  const { config, state } = parts;
  for (;;) {
    const side = options.mode === 'run' ? await sideOf(parts, options) : 'source';
    if (side === null) return 'stopped';
    if (side === 'target' && !config.cutover.wayBack) return 'cut-over';
    if (side === 'target') {
      const ended = await runWayBack({ ...options, config, state, scope: scopeOf(config) });
      if (ended === 'stopped') return ended;
      continue;
    }
    const prepared = await prepareRun(parts, options);
    const ended = prepared === null ? 'stopped' : await runHalves({ ...parts, prepared, ...options });
    if (ended !== 'cut-over') return ended;
  }
}

/** First of all: an attempt that a process before this one has left may keep the source closed. null: the signal came. */
async function sideOf({ config, state }: PrepareParts, options: RunOptions): Promise<'source' | 'target' | null> {
  const { logger } = options;
  const rest = {
    config,
    scope: scopeOf(config),
    logger,
    state,
    checkpoint: () => null,
    verifyChanged: null,
    onCommitted: () => {},
  };
  const { half } = new ForwardHalf(rest);
  // What is left may wait for a person's word.
  options.onActions?.({ cutover: half.actions });
  try {
    return await startStep(state, options, () => half.recover());
  } finally {
    await half.settled('the pipeline goes on', options.signal);
    options.onActions?.({});
  }
}

async function tick(state: RunState, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(STATUS_EVERY_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) state.publish();
  }
}
