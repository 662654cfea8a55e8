import { paceText } from './pace.ts';
import type { PipelineStatus, StageName } from './status.ts';

const AT = {
  capture: 'reading the source',
  log: 'writing the log',
  apply: 'writing to the target',
} as const;

/** What holds the stream up now, in one sentence. */
export function bottleneckOf(status: PipelineStatus): string {
  const { stages, waitingFor, isCaughtUp, lagMs, snapshot } = status;
  const stalled = stages.find(({ state }) => state === 'stalled');
  if (stalled) return `${AT[stalled.name]} has not moved for 30 s or more, and there is work for it`;
  if (waitingFor !== null) return waitingFor;
  const held = status.pace === null ? null : paceText(status.pace);
  if (held !== null) return held;
  if (snapshot.state === 'copying') return 'existing rows are copied beside the stream';
  if (isCaughtUp) return 'nothing: every stage stands at the end of the source';
  if (status.mode === 'capture' && stages.at(-1)?.lagMs === 0)
    return 'nothing here: the log holds what the source has committed; how much of it is applied is not known';
  if (lagMs === null && stages.every((stage) => stage.lagMs === null))
    return 'not known: the source does not tell its end';
  const slowest = slowestOf(status);
  return slowest === null ? 'not known yet' : `${AT[slowest]} takes most of the lag`;
}

/** The stage that adds most to the lag of the stage before it. */
function slowestOf({ stages }: PipelineStatus): StageName | null {
  let before = 0;
  let slowest: { readonly name: StageName; readonly addsMs: number } | null = null;
  for (const { name, lagMs } of stages) {
    if (lagMs === null) continue;
    const addsMs = lagMs - before;
    if (slowest === null || addsMs > slowest.addsMs) slowest = { name, addsMs };
    before = lagMs;
  }
  return slowest?.name ?? null;
}
