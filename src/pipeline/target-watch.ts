import { setTimeout as sleep } from 'node:timers/promises';
import type { TableName } from '../contract/change.ts';
import { SluiceError } from '../contract/error.ts';
import type { PostgresSettings } from '../postgres/connection.ts';
import { noteLoaded } from '../sink/freshness-view.ts';
import type { Sink } from '../sink/sink.ts';
import type { Scope } from './scope.ts';
import { ClockOffset } from './status/clock-offset.ts';
import type { RunState } from './status/run-state.ts';
import { withTarget } from './target-session.ts';

const EVERY_MS = 2_000;
/** Looks from one question for the target's clock to the next. */
const CLOCK_EVERY = 5;

export interface TargetWatchOptions {
  readonly sink: Sink;
  readonly state: RunState;
  readonly target: PostgresSettings;
  readonly scope: Scope;
  readonly signal: AbortSignal;
}

/**
 * Keeps what waits in quarantine, which tables are paused and the target's clock in the status. The sink's own errors
 * are not its concern.
 */
export async function watchTarget(options: TargetWatchOptions): Promise<void> {
  const { sink, state, target, signal } = options;
  const offset = new ClockOffset();
  const told = new ToldLoads(options);
  for (let look = 0; !signal.aborted; look++) {
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted || !state.facts.target.isConnected) continue;
    try {
      state.change({ quarantine: await sink.quarantine.counts() });
      if (look % CLOCK_EVERY === 0) await askClock(offset, target, signal);
    } catch (error) {
      ignoreOurs(error);
    }
    state.change({ paused: sink.pausedTables, targetOffsetMs: offset.ms });
    await told.look().catch(ignoreOurs);
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

/** Not there yet, or gone for the moment: the apply loop says so. */
function ignoreOurs(error: unknown): void {
  if (!(error instanceof SluiceError)) throw error;
}

/** Tells `sluice.freshness` of tables that are wholly there, once each time that a load is finished. */
class ToldLoads {
  readonly #options: TargetWatchOptions;
  readonly #told = new Set<string>();

  constructor(options: TargetWatchOptions) {
    this.#options = options;
  }

  async look(): Promise<void> {
    const { sink, state, target, scope } = this.#options;
    if (!state.isLoaded) this.#told.clear();
    if (!state.isLoaded) return;
    const keyOf = ({ database, table }: TableName) => JSON.stringify([database, table]);
    const tables = state.board.tally.tables.filter((table) => !this.#told.has(keyOf(table)));
    if (tables.length === 0) return;
    await sink.betweenTransactions(
      async (session) => {
        // A load may have begun while this waited for its turn.
        if (state.isLoaded) await noteLoaded(session, { pipeline: target.pipeline, tables, mapping: scope });
      },
      { touchesRows: false },
    );
    for (const table of tables) this.#told.add(keyOf(table));
  }
}
