import type { Config } from '../../config/config.ts';
import type { EndingRefusal, EndingRequest } from '../../contract/ending.ts';
import { SluiceError } from '../../contract/error.ts';
import type { PipelineStatus } from '../../contract/status.ts';
import { askStatus } from '../../control/client.ts';
import type { Attempt } from '../../cutover/journal.ts';
import { findLog } from '../../log/open-log.ts';
import { standingCutover, withJournal } from '../evidence/journal-reader.ts';
import { reverseLogOptions } from '../reverse/place.ts';

/** What the journal says of the switches so far. */
export interface Standing {
  /** Where the application writes. */
  readonly side: 'source' | 'target';
  readonly last: Attempt | null;
  /** The cutover that the fence of the source is of; null: there was none, or a rollback has undone it. */
  readonly cutover: Attempt | null;
}

export async function readStanding(config: Config): Promise<Standing> {
  return await withJournal(config, async (journal) => {
    const last = await journal.last();
    const cutover = await standingCutover(journal);
    return { side: cutover === null ? 'source' : 'target', last, cutover };
  });
}

export interface Known {
  readonly standing: Standing | null;
  /** null: no process runs it. */
  readonly status: PipelineStatus | null;
  /** The log of the way back can be reached from here. */
  readonly hasReverseLog: boolean;
}

/** An embedded log is where the pipeline ran: from another folder nothing of it is seen. */
export async function hasReverseLog(config: Config): Promise<boolean> {
  const options = reverseLogOptions(config);
  return options.kind === 'kafka' || (await findLog(options, [])).length > 0;
}

/** What speaks against ending it now. */
export function refusalsOf(request: EndingRequest, config: Config, known: Known): readonly EndingRefusal[] {
  const { standing, status } = known;
  if (standing === null) return request.kind === 'complete' ? [TARGET_NEEDED] : [];
  const isUnderWay = standing.last !== null && !standing.last.isOver;
  if (request.kind === 'teardown')
    return [...(standing.side === 'target' ? [CUT_OVER] : []), ...(isUnderWay && status !== null ? [UNDER_WAY] : [])];
  return [
    ...(standing.side === 'source' && !isUnderWay ? [ON_SOURCE] : []),
    ...(isUnderWay ? [UNDER_WAY] : []),
    ...(request.leavesBehind || !config.cutover.wayBack ? [] : behindOf(known, config)),
  ];
}

const TARGET_NEEDED: EndingRefusal = {
  reason: 'only the target knows whether the application writes there',
  cure: 'Bring the target back. A pipeline given up before its cutover ends with: sluice teardown',
};
const CUT_OVER: EndingRefusal = {
  reason: 'the application writes on the target: what this removes is the way back',
  cure: 'To stay there: sluice complete. To go back first: sluice rollback run',
};
const ON_SOURCE: EndingRefusal = {
  reason: 'the application writes on the source, or this pipeline was completed from another folder',
  cure: 'Go over first: sluice cutover run. To give the pipeline up: sluice teardown',
};
const UNDER_WAY: EndingRefusal = {
  reason: 'a switch is under way',
  cure: 'Wait for its end, or before its point of no return: sluice cutover abort',
};

const ELSEWHERE: EndingRefusal = {
  reason: 'the log of the way back is not in this folder: what the source lacks yet may stand in it',
  cure: 'Run it with the sluice.yaml of the folder where sluice run ran. Where that is lost: --leave-behind',
};

/** Of a running way back; one that does not run is drained by whoever ends it. */
function behindOf({ standing, status, hasReverseLog: isHere }: Known, { cutover }: Config): readonly EndingRefusal[] {
  if (standing?.side === 'target' && !isHere) return [ELSEWHERE];
  const wayBack = status?.cutover?.wayBack ?? null;
  if (wayBack === null) return [];
  const { waitsFor, setAside, lagMs } = wayBack;
  const told = (reason: string): EndingRefusal => ({
    reason,
    cure: 'Mend it, or give those changes up for the source: --leave-behind',
  });
  return [
    ...(waitsFor === null ? [] : [told(`the way back waits: ${waitsFor}`)]),
    ...(setAside === 0 ? [] : [told(`${setAside} changes are on the target only: the source cannot hold them`)]),
    ...(waitsFor !== null || (lagMs !== null && lagMs <= cutover.watch.lagMs)
      ? []
      : [told(`the source is ${lagMs === null ? 'an unknown time' : `${lagMs} ms`} behind`)]),
  ];
}

/** null: no process runs it. */
export async function statusIfRunning(config: Config): Promise<PipelineStatus | null> {
  try {
    return await askStatus(config.control.socket);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'CONTROL_UNREACHABLE') return null;
    throw error;
  }
}
