import { setTimeout as sleep } from 'node:timers/promises';
import { sourceHead } from '../binlog/source-head.ts';
import type { Config } from '../config/config.ts';
import type { Position } from '../contract/position.ts';
import type { Drained } from '../cutover/steps/drain.ts';
import { describePosition, isAtHead } from '../position/position.ts';
import { withSource } from './source-session.ts';

const POLL_MS = 5;

export interface DrainOptions {
  readonly config: Config;
  /** Where the target stands; null before the first epoch. */
  readonly standing: () => Position | null;
  /** A source that is not fenced goes on behind its end: then to be past it is all that can be asked. */
  readonly isFenced: () => boolean;
}

/**
 * Reads where the fenced source's binlog ends and waits until the target stands exactly there (protocols 6): a small lag
 * never is the proof.
 */
export async function untilDrained(
  { config, standing, isFenced }: DrainOptions,
  signal: AbortSignal,
): Promise<Drained> {
  const startedMs = performance.now();
  const end = await withSource(config, signal, sourceHead);
  const isThere = (position: Position | null) =>
    isFenced() ? standsAt(position, end) : position !== null && isAtHead(position, end);
  while (!isThere(standing())) await sleep(POLL_MS, undefined, { signal });
  return { end, shown: describePosition(end), tookMs: performance.now() - startedMs };
}

/** Whether the source's binlog still ends there, and the target still stands there. */
export async function isStillDrained({ config, standing }: DrainOptions, end: Position): Promise<boolean> {
  const now = await withSource(config, new AbortController().signal, sourceHead);
  return standsAt(now, end) && standsAt(standing(), end);
}

/** Exactly there: neither before nor behind. */
export function standsAt(position: Position | null, end: Position): boolean {
  return position !== null && isAtHead(position, end) && isAtHead(end, position);
}
