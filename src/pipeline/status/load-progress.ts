import type { EpochHeader, LogHead } from '../../contract/change-log.ts';
import type { SnapshotStatus, TableStatus } from '../../contract/status.ts';
import type { TableName } from '../../mysql/identifier.ts';
import type { ProgressObserver, TableProgress } from '../../snapshot/progress.ts';
import { COMPLETE_ENTRY, isDone, stateEntry } from '../../snapshot/table-state.ts';
import type { RunState } from './run-state.ts';

/**
 * Knows whether everything that existed at the source has arrived at the target. What is complete may begin again: a
 * table is reloaded, or one more takes part than the last time.
 */
export class LoadProgress implements ProgressObserver {
  readonly #state: RunState;
  readonly #expected: readonly TableName[];
  readonly #tables = new Map<string, TableStatus>();
  /** Epoch with which the load is complete; null: not in the log yet. */
  #completeAt: number | null = null;
  /** What the log says up to this epoch is in #completeAt. */
  #knownTo = 0;
  #appliedEpoch = 0;
  #isComplete = false;
  #changed = Promise.withResolvers<void>();

  /** `expected`: tables without which the load is not complete, whatever an earlier run has said. */
  constructor(state: RunState, expected: readonly TableName[] = []) {
    this.#state = state;
    this.#expected = expected;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** One table's copying has moved. */
  moved(progress: TableProgress): void {
    const { database, table, rowsDone, rowsEstimate, rowsPerSecond } = progress;
    const key = JSON.stringify([database, table]);
    const phase = this.#phaseOf(progress, this.#tables.get(key));
    // What streams has no copying to wait for.
    const etaMs = phase === 'streaming' ? 0 : etaOf({ rowsDone, rowsEstimate, rowsPerSecond });
    const entry = { database, table, phase, rowsDone, rowsEstimate, rowsPerSecond, etaMs, advice: null };
    this.#tables.set(key, entry);
    this.#state.snapshot(summary([...this.#tables.values()]));
  }

  /** It takes part no more: it was dropped or renamed. */
  gone({ database, table }: TableName): void {
    this.#tables.delete(JSON.stringify([database, table]));
    this.#state.snapshot(summary([...this.#tables.values()]));
  }

  /** After a restart a table may be told copied when the load is known to be complete already: it streams. */
  #phaseOf({ phase }: TableProgress, before: TableStatus | undefined): TableStatus['phase'] {
    const isOld = before === undefined || before.phase === 'streaming';
    return phase === 'copied' && this.#isComplete && isOld ? 'streaming' : phase;
  }

  onApplied(epochs: readonly EpochHeader[]): void {
    this.onCheckpoint(epochs.at(-1)?.number ?? this.#appliedEpoch);
  }

  /** Noted before it is applied: the answer to that COMMIT may be lost (INV-80). */
  onFound({ number, state }: EpochHeader): void {
    if (number <= this.#knownTo) return;
    this.#knownTo = number;
    const complete = state.get(COMPLETE_ENTRY);
    if (complete === undefined) return;
    this.#completeAt = complete === null ? null : number;
    this.#look();
  }

  /** The sink has started and stands at this epoch. */
  onCheckpoint(epoch: number): void {
    this.#appliedEpoch = epoch;
    this.#look();
  }

  /** As the log stands: an earlier run may have completed the load, by the log's end at the latest. */
  onHead({ state, last }: LogHead): void {
    const number = last?.number ?? 0;
    if (number < this.#knownTo) return;
    this.#knownTo = number;
    if (this.#isWhole(state)) this.#completeAt ??= number;
    else this.#completeAt = null;
    this.#look();
  }

  /** Resolves when the load has arrived, or on abort. */
  async untilComplete(signal: AbortSignal): Promise<void> {
    await this.#until(true, signal);
  }

  /** Resolves when something is loaded anew, or on abort. */
  async untilBegun(signal: AbortSignal): Promise<void> {
    await this.#until(false, signal);
  }

  async #until(isComplete: boolean, signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    while (!signal.aborted && this.#isComplete !== isComplete) {
      await Promise.race([this.#changed.promise, aborted.promise]);
    }
    signal.removeEventListener('abort', abort);
  }

  #isWhole(state: ReadonlyMap<string, string>): boolean {
    return state.has(COMPLETE_ENTRY) && this.#expected.every((table) => isDone(state.get(stateEntry(table))));
  }

  #look(): void {
    const isComplete = this.#completeAt !== null && this.#appliedEpoch >= this.#completeAt;
    if (isComplete === this.#isComplete) return;
    this.#isComplete = isComplete;
    if (isComplete) {
      for (const [key, table] of this.#tables) this.#tables.set(key, { ...table, phase: 'streaming', etaMs: 0 });
      this.#state.snapshot({ ...summary([...this.#tables.values()]), state: 'done' });
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
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
  const isCopied = tables.every((table) => table.phase === 'copied' || table.phase === 'streaming');
  const state = isCopied ? 'done' : pace.rowsDone > 0 ? 'copying' : 'waiting';
  return { state, ...pace, etaMs: isCopied ? 0 : etaOf(pace), tables };
}
