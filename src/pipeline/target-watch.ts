import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import type { Sink } from '../sink/sink.ts';
import type { RunState } from './run-state.ts';

const EVERY_MS = 2_000;

/** Keeps what waits in quarantine and which tables are paused in the status. The sink's own errors are not its concern. */
export async function watchTarget(sink: Sink, state: RunState, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted || !state.facts.target.isConnected) continue;
    try {
      state.change({ quarantine: await sink.quarantine.counts() });
    } catch (error) {
      // Not there yet, or gone for the moment: the apply loop says so.
      if (!(error instanceof SluiceError)) throw error;
    }
    state.change({ paused: sink.pausedTables });
  }
}
