import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import type { PostgresSettings } from '../postgres/connection.ts';
import type { Sink } from '../sink/sink.ts';
import { ClockOffset } from './clock-offset.ts';
import type { RunState } from './run-state.ts';
import { withTarget } from './target-session.ts';

const EVERY_MS = 2_000;
/** Looks from one question for the target's clock to the next. */
const CLOCK_EVERY = 5;

export interface TargetWatchOptions {
  readonly sink: Sink;
  readonly state: RunState;
  readonly target: PostgresSettings;
  readonly signal: AbortSignal;
}

/**
 * Keeps what waits in quarantine, which tables are paused and the target's clock in the status. The sink's own errors
 * are not its concern.
 */
export async function watchTarget({ sink, state, target, signal }: TargetWatchOptions): Promise<void> {
  const offset = new ClockOffset();
  for (let look = 0; !signal.aborted; look++) {
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted || !state.facts.target.isConnected) continue;
    try {
      state.change({ quarantine: await sink.quarantine.counts() });
      if (look % CLOCK_EVERY === 0) await askClock(offset, target, signal);
    } catch (error) {
      // Not there yet, or gone for the moment: the apply loop says so.
      if (!(error instanceof SluiceError)) throw error;
    }
    state.change({ paused: sink.pausedTables, targetOffsetMs: offset.ms });
  }
}

const CLOCK = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::numeric(20, 3)::text AS ms';

async function askClock(offset: ClockOffset, target: PostgresSettings, signal: AbortSignal): Promise<void> {
  await withTarget(target, signal, async (session) => {
    const askedAtMs = Date.now();
    const { rows } = await session.query(CLOCK);
    offset.add(Number(rows[0]?.['ms']), askedAtMs, Date.now());
  });
}
