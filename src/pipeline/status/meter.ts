import type { Position } from '../../contract/position.ts';
import type { StageName, StageStatus } from '../../contract/status.ts';

const WINDOW_MS = 10_000;

/** Counts of one interval. */
interface Sample {
  readonly atMs: number;
  readonly rows: number;
  readonly bytes: number;
  readonly transactions: number;
}

interface PendingRun {
  readonly last: number;
  /** Commit time at the source of the first of them. */
  readonly committedAtMs: number;
}

/** More runs than this are told apart less finely: the lag of a long backlog may be told too long, never too short. */
const MOST_PENDING = 2_000;

function joined(older: PendingRun, newer: PendingRun): PendingRun {
  return { last: newer.last, committedAtMs: older.committedAtMs };
}

/** Half as many: each two neighbours become one. */
export function pairs<T>(items: readonly T[], join: (older: T, newer: T) => T): T[] {
  return items.flatMap((item, i) => {
    const newer = items[i + 1];
    if (i % 2 === 1) return [];
    return newer === undefined ? [item] : [join(item, newer)];
  });
}

/** What one stage has done: totals, rates over the last ten seconds, where it stands, what is on its way to it. */
export class StageMeter {
  readonly name: StageName;
  position: Position | null = null;
  state: StageStatus['state'] = 'idle';
  rows = 0;
  bytes = 0;
  transactions = 0;
  /** Grows with everything that the stage does, also inside a transaction. */
  steps = 0;
  #samples: Sample[] = [];
  /** Runs of transactions that were read and are not wholly past this stage, oldest first, without a gap. */
  #pending: PendingRun[] = [];
  #passedTo = 0;

  constructor(name: StageName) {
    this.name = name;
  }

  count(rows: number, bytes: number, transactions: number): void {
    this.steps += 1;
    this.rows += rows;
    this.bytes += bytes;
    this.transactions += transactions;
  }

  /** The transactions up to the `last`-th since start will come; nothing before them is still to come unless said. */
  expect(run: PendingRun): void {
    this.#pending.push(run);
    if (this.#pending.length > MOST_PENDING) this.#pending = pairs(this.#pending, joined);
  }

  /** Runs held, for a bound on memory while a stage is away. */
  get pendingRuns(): number {
    return this.#pending.length;
  }

  /** All transactions up to and with the `last`-th are past this stage. */
  passed(last: number): void {
    this.#passedTo = Math.max(this.#passedTo, last);
    const keep = this.#pending.findIndex((run) => run.last > last);
    this.#pending.splice(0, keep === -1 ? this.#pending.length : keep);
  }

  /** What came after the `last`-th transaction will be read and expected again; of a run, only its part after it. */
  forgetAfter(last: number): void {
    const at = this.#pending.findIndex((run) => run.last > last);
    const cut = this.#pending[at];
    if (cut === undefined) return;
    const before = this.#pending[at - 1]?.last ?? this.#passedTo;
    this.#pending.length = at;
    if (before < last) this.#pending.push({ ...cut, last });
  }

  get oldestPendingMs(): number | null {
    return this.#pending[0]?.committedAtMs ?? null;
  }

  /** Rates per second since the oldest sample of the window. */
  rates(nowMs: number): { rowsPerSecond: number; bytesPerSecond: number; transactionsPerSecond: number } {
    this.#samples = this.#samples.filter((sample) => nowMs - sample.atMs <= WINDOW_MS);
    const oldest = this.#samples[0];
    this.#samples.push({ atMs: nowMs, rows: this.rows, bytes: this.bytes, transactions: this.transactions });
    if (!oldest || nowMs === oldest.atMs) return { rowsPerSecond: 0, bytesPerSecond: 0, transactionsPerSecond: 0 };
    const perSecond = (now: number, then: number) => Math.round(((now - then) * 1000) / (nowMs - oldest.atMs));
    return {
      rowsPerSecond: perSecond(this.rows, oldest.rows),
      bytesPerSecond: perSecond(this.bytes, oldest.bytes),
      transactionsPerSecond: perSecond(this.transactions, oldest.transactions),
    };
  }
}
