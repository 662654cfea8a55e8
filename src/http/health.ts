import { incompleteOf } from '../contract/incomplete.ts';
import { pauseText } from '../contract/pace.ts';
import type { PipelineStatus } from '../contract/status.ts';

/** Older than this, the process does not measure itself any more. */
const SILENT_AFTER_MS = 30_000;

/** Why the process should be started again; empty: it lives. A server that is away is no reason: a restart cures nothing. */
export function livenessReasons(status: PipelineStatus | null, nowMs: number): readonly string[] {
  if (status === null) return [];
  const stalled = status.stages.filter(({ state }) => state === 'stalled');
  return [
    ...stalled.map(({ name }) => `${name} has work before it and has not moved for 30 s or more`),
    ...(nowMs - status.asOfMs > SILENT_AFTER_MS ? ['nothing was measured for 30 s'] : []),
    ...(status.state === 'failed' ? ['the pipeline has failed'] : []),
  ];
}

/** Why a reader of the target should not count on it yet; empty: it streams, and all of it is there. */
export function readinessReasons(status: PipelineStatus | null, nowMs: number): readonly string[] {
  if (status === null) return ['the pipeline is just starting'];
  const { state, waitingFor, pace, source, target, lagMs } = status;
  const held = pauseText(pace);
  return [
    ...livenessReasons(status, nowMs),
    ...(state === 'streaming' ? [] : [`the pipeline is ${state}`]),
    ...(waitingFor === null ? [] : [waitingFor]),
    ...(held === null || held === waitingFor ? [] : [held]),
    ...(source.isConnected ? [] : ['the source is not connected']),
    ...(target.isConnected ? [] : ['the target is not connected']),
    ...(lagMs === null ? ['the lag is not known'] : []),
    ...incompleteOf(status).map(({ table, reason }) => (table === null ? reason : `${table}: ${reason}`)),
  ];
}
