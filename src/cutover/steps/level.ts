import { SluiceError } from '../../contract/error.ts';
import { seconds } from '../seconds.ts';
import type { Step, StepContext } from '../step.ts';

export interface LevelOptions {
  /** Milliseconds until the other side has everything that the log holds by now: a drain while writes go on. */
  drainMs(signal: AbortSignal): Promise<number>;
  /** The gate that lets an attempt begin with this much lag. */
  readonly gate: 'lag' | 'way-back-lag';
  readonly maxLagMs: number;
  readonly limitMs: number;
  /** How long it is waited for, milliseconds. */
  readonly waitMs?: number;
}

/** A drain that takes no longer is a small part of a write block. */
const LEVEL_MS = 300;
/** Nobody is blocked meanwhile; a line that is not level by then has no more room than its load asks for. */
const WAIT_MS = 30_000;

/**
 * Right before the fence: the gates have looked at the lag long before, and every second that the line is behind then is
 * one in which nobody can write. It proves nothing of what is there: that is the drain's.
 */
export function levelStep({ drainMs, gate, maxLagMs, limitMs, waitMs = WAIT_MS }: LevelOptions): Step {
  return {
    name: 'level',
    title: 'Waits until the other side is level with what is written now, so that little is left to drain.',
    phase: 'prepare',
    limitMs,
    describe: async () => [
      `read the end of the log and wait until it is reached, again and again, until that takes ${LEVEL_MS} ms at most; after ${seconds(waitMs)} go on if it takes ${seconds(maxLagMs)} at most (cutover.maxLag)`,
    ],
    run: async (context) => {
      await context.tell('waiting until the other side is level with what is written now');
      const { tookMs, tries } = await untilLevel(context, { drainMs, maxLagMs, waitMs });
      const isLevel = tookMs <= LEVEL_MS;
      await context.note({ tookMs, tries, isLevel });
      if (isLevel) return `what is written now is there after ${tookMs} ms`;
      const late = `what was written last was there after ${seconds(tookMs)}`;
      if (tookMs > maxLagMs && !context.isWaived(gate)) throw notLevel(late, { gate, maxLagMs, waitMs });
      return `NOT level after ${seconds(waitMs)}: ${late}, and the drain will take about as long`;
    },
  };
}

type Waiting = Required<Pick<LevelOptions, 'drainMs' | 'maxLagMs' | 'waitMs'>>;

async function untilLevel(
  { signal, tell }: StepContext,
  { drainMs, maxLagMs, waitMs }: Waiting,
): Promise<{ readonly tookMs: number; readonly tries: number }> {
  const endMs = performance.now() + waitMs;
  for (let tries = 1; ; tries++) {
    const leftMs = Math.max(0, endMs - performance.now());
    // One that outlasts both is past the gate's limit, however long it would take.
    const tookMs = Math.round(await atMost(Math.max(leftMs, LEVEL_MS, maxLagMs) + 1, drainMs, signal));
    if (tookMs <= LEVEL_MS || performance.now() >= endMs) return { tookMs, tries };
    await tell(`waits: what is written now is there after ${seconds(tookMs)}, wanted within ${LEVEL_MS} ms`);
  }
}

/** What it takes; where that is more than the limit, the time until it was given up. */
async function atMost(limitMs: number, drainMs: LevelOptions['drainMs'], signal: AbortSignal): Promise<number> {
  const startedMs = performance.now();
  const over = AbortSignal.timeout(Math.ceil(limitMs));
  try {
    return await drainMs(AbortSignal.any([signal, over]));
  } catch (error) {
    if (signal.aborted || !over.aborted) throw error;
    return performance.now() - startedMs;
  }
}

/** CUTOVER_NOT_LEVEL: the line is further behind than the gate allows, right before writes were to be blocked. */
function notLevel(
  late: string,
  { gate, maxLagMs, waitMs }: Required<Pick<LevelOptions, 'gate' | 'maxLagMs' | 'waitMs'>>,
): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_NOT_LEVEL',
    message: `the other side does not become level: after ${seconds(waitMs)} ${late} (wanted: at most ${seconds(maxLagMs)})`,
    remedy: `Writes were not blocked, and all is put back by itself. Begin at a quieter hour, see what holds the line up (sluice status, sluice cutover status), or waive the gate ${gate} where it is red.`,
    disposition: 'stop',
  });
}
