/** Pipeline: the one place where the stages meet. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { NO_CUTOVER } from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import { openByCopy } from './cutover/copy.ts';
import { refuseEnded } from './evidence/file.ts';
import { Recorder } from './evidence/recorder.ts';
import { ForwardHalf } from './forward-half.ts';
import { runHalves } from './halves.ts';
import { openLogOf } from './log-of.ts';
import { resync } from './resync.ts';
import { runWayBack } from './reverse/way-back.ts';
import type { RunOptions, RunPipeline, RunResult } from './run-option.ts';
import { type PrepareParts, prepareRun } from './schema/prepare.ts';
import { scopeOf } from './scope.ts';
import { startStep } from './start-step.ts';
import { RunState } from './status/run-state.ts';
import { firstFacts } from './status/status.ts';
import { VERSION } from './version.ts';

const STATUS_EVERY_MS = 500;

/**
 * Runs a pipeline, or one half of it, until the signal, until caught up, or until an error that no retry cures, which is
 * thrown. The same call after any crash goes on from what is durable.
 */
export const runPipeline: RunPipeline = async (config: Config, asked: RunOptions): Promise<RunResult> => {
  await refuseEnded(config);
  const { options, isAsked } = endable(asked);
  const { mode, signal, onStatus } = options;
  const identity = { pipeline: config.pipeline, mode, startedAtMs: Date.now(), pid: process.pid, version: VERSION };
  const state = new RunState(identity, firstFacts(config), (status) => {
    recorder.sample(status);
    onStatus(status);
  });
  const recorder = new Recorder({ ...options, config, state });
  const { record } = recorder;
  const onActions: RunOptions['onActions'] = (actions) => options.onActions?.({ ...actions, record });
  const end = new AbortController();
  const recording = recorder.watch(end.signal);
  let how = 'INTERNAL';
  const ticking = tick(state, end.signal);
  const log = openLogOf(config);
  const stopping = () => state.phase((phase) => phase.ends('stopping'));
  signal.addEventListener('abort', stopping, { once: true });
  try {
    state.publish();
    recorder.begins(options);
    if (options.isResync) await startStep(state, options, () => resync(config, options.logger).then(() => true));
    const ended = await runSides({ config, log, state }, { ...options, onActions });
    how = ended;
    state.phase((phase) => phase.ends('stopped'));
    return { ended: ended === 'stopped' && isAsked() ? 'asked' : ended, status: state.status() };
  } catch (error) {
    if (error instanceof SluiceError) {
      how = error.code;
      state.failed('pipeline', error, 1, null);
    }
    state.phase((phase) => phase.ends('failed'));
    throw error;
  } finally {
    signal.removeEventListener('abort', stopping);
    end.abort();
    await Promise.all([ticking, recording]);
    await recorder.ended(how);
    await log.close();
  }
};

/** It can be asked to end from outside, as by a signal. */
function endable(options: RunOptions): { readonly options: RunOptions; isAsked(): boolean } {
  const asked = new AbortController();
  const end = async () => asked.abort('SIGTERM');
  const signal = AbortSignal.any([options.signal, asked.signal]);
  options.onActions?.({ end });
  const onActions: NonNullable<RunOptions['onActions']> = (actions) => options.onActions?.({ ...actions, end });
  return { options: { ...options, signal, onActions }, isAsked: () => asked.signal.aborted };
}

/** The stream to the target while the application writes to the source, the way back while it writes to the target. */
async function runSides(begun: PrepareParts, options: RunOptions): Promise<RunResult['ended']> {
  let parts = begun;
  for (;;) {
    const { config, state } = parts;
    // What was compared, or came through the other stream, is no proof for this one.
    state.change({ verify: null, heartbeat: null });
    // The half that applies drives the switch, and carries the way back; the other one goes on capturing meanwhile.
    const side = options.mode === 'capture' ? 'source' : await sideOf(parts, options);
    if (side === null) return 'stopped';
    if (side === 'target' && !config.cutover.wayBack) return 'cut-over';
    if (side === 'target') {
      const ended = await runWayBack({ ...options, config, state, scope: scopeOf(config) });
      if (ended === 'stopped') return ended;
      continue;
    }
    const prepared = await prepareRun(parts, options);
    if (prepared === null) return 'stopped';
    const { ended, next } = await runHalves({ ...parts, prepared, ...options });
    if (next !== null && !options.signal.aborted) {
      parts = { ...parts, config: next };
      state.scoped(scopeOf(next));
    } else if (ended !== 'cut-over') return ended;
  }
}

/** First of all: an attempt that a process before this one has left may keep the source closed. null: the signal came. */
async function sideOf(parts: PrepareParts, options: RunOptions): Promise<'source' | 'target' | null> {
  const { config, state } = parts;
  const { logger, withParts } = options;
  const rest = {
    config,
    scope: scopeOf(config),
    logger,
    state,
    checkpoint: () => null,
    verifyChanged: null,
    withParts,
    onCommitted: () => {},
  };
  const { half } = new ForwardHalf(rest);
  // What is left may wait for a person's word.
  options.onActions?.({ cutover: half.actions });
  try {
    return await startStep(state, options, () => half.recover().catch((error) => withoutTarget(error, parts, logger)));
  } finally {
    await half.settled('the pipeline goes on', options.signal);
    options.onActions?.({});
  }
}

/** While the journal is out of reach the source is opened by its copy, where that is certain; then the error goes on. */
async function withoutTarget(error: unknown, { config, state }: PrepareParts, logger: Logger): Promise<never> {
  if (!(error instanceof SluiceError) || error.disposition !== 'retry') throw error;
  try {
    const copied = await openByCopy(config, 'sluice run', logger);
    state.change({ cutover: { ...NO_CUTOVER, attempt: copied.attempt, copied } });
  } catch (unread) {
    if (!(unread instanceof SluiceError)) throw unread;
    logger.warn({ code: unread.code }, `the copy of the journal could not be read: ${unread.message}`);
  }
  throw error;
}

async function tick(state: RunState, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(STATUS_EVERY_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) state.publish();
  }
}
