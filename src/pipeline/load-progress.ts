import type { ChangeLog, EpochHeader, LogHead } from '../contract/change-log.ts';
import type { SnapshotStatus, TableStatus } from '../contract/status.ts';
import type { TableProgress } from '../snapshot/progress.ts';
import { COMPLETE_ENTRY } from '../snapshot/table-state.ts';
import type { RunState } from './run-state.ts';

/** Knows whether everything that existed at the source has arrived at the target. */
export class LoadProgress {
  readonly #state: RunState;
  readonly #tables = new Map<string, TableStatus>();
  readonly #arrived = Promise.withResolvers<void>();
  /** Epoch with which the load is complete; null: not in the log yet. */
  #completeAt: number | null = null;
  #appliedEpoch = 0;
  isComplete = false;

  constructor(state: RunState) {
    this.#state = state;
  }

  /** One table's copying has moved. */
  onTable(progress: TableProgress): void {
    const { database, table, phase, rowsDone, rowsEstimate, rowsPerSecond } = progress;
    const etaMs = etaOf({ rowsDone, rowsEstimate, rowsPerSecond });
    const entry = { database, table, phase, rowsDone, rowsEstimate, rowsPerSecond, etaMs, advice: null };
    this.#tables.set(JSON.stringify([database, table]), entry);
    this.#state.snapshot(summary([...this.#tables.values()]));
  }

  onApplied(epochs: readonly EpochHeader[]): void {
    this.#appliedEpoch = epochs.at(-1)?.number ?? this.#appliedEpoch;
    this.#look();
  }

  /** Noted before it is applied: the answer to that COMMIT may be lost (INV-80). */
  onFound({ number, state }: EpochHeader): void {
    if (state.get(COMPLETE_ENTRY)) this.#completeAt ??= number;
  }

  /** The sink has started and stands at this epoch. */
  onCheckpoint(epoch: number): void {
    this.#appliedEpoch = epoch;
    this.#look();
  }

  /** For a half that only captures, which has nothing to wait for but its own log: the writer is open and stands here. */
  onHead({ state, last }: LogHead): void {
    if (state.has(COMPLETE_ENTRY)) this.#completeAt ??= last?.number ?? 0;
    this.onCheckpoint(last?.number ?? 0);
  }

  /** Resolves when the load has arrived, or on abort. */
  async untilApplied(log: ChangeLog, signal: AbortSignal): Promise<void> {
    const { state, last } = await log.head();
    // An earlier run completed it: by the log's present end at the latest.
    if (state.has(COMPLETE_ENTRY)) this.#completeAt ??= last?.number ?? 0;
    this.#look();
    signal.addEventListener('abort', () => this.#arrived.resolve(), { once: true });
    await this.#arrived.promise;
  }

  #look(): void {
    if (this.isComplete || this.#completeAt === null || this.#appliedEpoch < this.#completeAt) return;
    this.isComplete = true;
    for (const [key, table] of this.#tables) this.#tables.set(key, { ...table, phase: 'streaming', etaMs: 0 });
    this.#state.snapshot({ ...summary([...this.#tables.values()]), state: 'done' });
    this.#arrived.resolve();
  }
}

interface Pace {
  readonly rowsDone: number;
  readonly rowsEstimate: number;
  readonly rowsPerSecond: number;
}

/** Only after 1 %: before that a rate says nothing. */
function etaOf({ rowsDone, rowsEstimate, rowsPerSecond }: Pace): number | null {
  if (rowsPerSecond === 0 || rowsDone < rowsEstimate / 100) return null;
  return Math.round(((rowsEstimate - rowsDone) * 1000) / rowsPerSecond);
}

function summary(tables: readonly TableStatus[]): SnapshotStatus {
  const sum = (of: (table: TableStatus) => number) => tables.reduce((total, table) => total + of(table), 0);
  const pace = {
    rowsDone: sum((table) => table.rowsDone),
    rowsEstimate: sum((table) => table.rowsEstimate),
    rowsPerSecond: sum((table) => table.rowsPerSecond),
  };
  const isDone = tables.every((table) => table.phase === 'copied' || table.phase === 'streaming');
  const state = isDone ? 'done' : pace.rowsDone > 0 ? 'copying' : 'waiting';
  return { state, ...pace, etaMs: isDone ? 0 : etaOf(pace), tables };
}
