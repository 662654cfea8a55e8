import { setTimeout as sleep } from 'node:timers/promises';
import { sourceHead } from '../../binlog/source-head.ts';
import { type Config, HEARTBEAT_DATABASE } from '../../config/config.ts';
import type { Position } from '../../contract/position.ts';
import type { StepContext } from '../../cutover/step.ts';
import { type Drained, leaks } from '../../cutover/steps/drain.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { describePosition, isAtHead } from '../../position/position.ts';
import type { Checkpoint } from '../../sink/checkpoint.ts';
import { heartbeatStatement } from '../heartbeat.ts';
import { withSource } from '../source-session.ts';
import { SpareSessions } from '../spare-sessions.ts';
import { behindWords, lockWords, type Reached, waitsOrWaited } from './drain-wait.ts';

type DrainContext = Pick<StepContext, 'signal' | 'tell'>;

const POLL_MS = 5;
const TELL_EVERY_MS = 1_000;
/** For asking who holds what. */
const LOOK_MS = 2_000;

export interface DrainOptions {
  readonly config: Config;
  /** Opened ahead of the fence. */
  readonly spares?: () => SpareSessions;
  /** Where the target stands; null before the first epoch. */
  readonly standing: () => Pick<Checkpoint, 'position' | 'heartbeat'> | null;
  /** How far the line has come, for whoever wants to know what it waits for. */
  readonly reached: () => Reached;
  /** What the line waits for by its own account, in words; null: for nothing. */
  readonly waitsFor: () => string | null;
  /** A source that is not fenced goes on behind its end: then to be past it is all that can be asked. */
  readonly isFenced: () => boolean;
}

/**
 * Reads where the fenced source's binlog ends and waits until the target stands exactly there (protocols 6): a small lag
 * never is the proof. Behind a hook's fence a row of our own, written there after it, must have come through as well.
 * CUTOVER_FENCE_LEAKS as soon as the target stands behind that end: somebody has written on.
 */
export async function untilDrained(options: DrainOptions, context: DrainContext): Promise<Drained> {
  const { config, standing, isFenced, spares = () => new SpareSessions(config) } = options;
  const { signal } = context;
  const startedMs = performance.now();
  const { nonce, end } = await spares().withSource(signal, async (source) => ({
    nonce: isFenced() && config.cutover.fence === 'hook' ? await writeNonce(source, config.pipeline) : null,
    end: await sourceHead(source),
  }));
  const isThere = (): boolean => {
    const at = standing();
    if (at === null || !isAtHead(at.position, end)) return false;
    if (!isFenced()) return true;
    if (!isAtHead(end, at.position)) throw leaks(`changes came behind ${describePosition(end)}`);
    return nonce === null || at.heartbeat === nonce;
  };
  const over = new AbortController();
  const telling = tellWaits(options, end, { ...context, signal: AbortSignal.any([signal, over.signal]) });
  telling.catch(() => {});
  try {
    while (!isThere()) await sleep(POLL_MS, undefined, { signal });
  } finally {
    over.abort();
  }
  return { end, shown: describePosition(end), hasNonce: nonce !== null, tookMs: performance.now() - startedMs };
}

/** Beside the waiting, which no answer may hold up; never after it, for then the step has its own words. */
async function tellWaits(
  { config, reached, waitsFor }: DrainOptions,
  end: Position,
  { signal, tell }: DrainContext,
): Promise<void> {
  const waits = waitsOrWaited(waitsFor);
  for (;;) {
    await sleep(TELL_EVERY_MS, undefined, { signal });
    const locks = await lockWords(config, AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]));
    signal.throwIfAborted();
    const why = [behindWords(reached(), end), waits(), locks].filter((words) => words !== '');
    await tell(`waits: ${why.join('; ')}`);
  }
}

/** A beat that no other is equal to; the heartbeat itself rests behind the fence. */
async function writeNonce(source: MysqlConnection, pipeline: string): Promise<string> {
  const nonce = BigInt(Date.now()) * 1000n + BigInt(1 + Math.floor(Math.random() * 998));
  await source.run(heartbeatStatement(HEARTBEAT_DATABASE), [pipeline, nonce]);
  return String(nonce);
}

/** How long the target takes to stand at or past the end that the source's binlog has now: writes go on, so past it is there. */
export async function drainMs(
  { config, standing }: Pick<DrainOptions, 'config' | 'standing'>,
  signal: AbortSignal,
): Promise<number> {
  const end = await withSource(config, signal, sourceHead);
  const startedMs = performance.now();
  for (let at = standing(); at === null || !isAtHead(at.position, end); at = standing())
    await sleep(POLL_MS, undefined, { signal });
  return performance.now() - startedMs;
}

/** Whether the source's binlog still ends there, and the target still stands there. */
export async function isStillDrained(
  { config, standing, spares = () => new SpareSessions(config) }: Pick<DrainOptions, 'config' | 'standing' | 'spares'>,
  end: Position,
): Promise<boolean> {
  const now = await spares().withSource(new AbortController().signal, sourceHead);
  return standsAt(now, end) && standsAt(standing()?.position ?? null, end);
}

/** Exactly there: neither before nor behind. */
export function standsAt(position: Position | null, end: Position): boolean {
  return position !== null && isAtHead(position, end) && isAtHead(end, position);
}
