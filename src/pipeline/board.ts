import type { Change } from '../contract/change.ts';
import type { EpochHeader } from '../contract/change-log.ts';
import type { BinlogCoordinate } from '../contract/position.ts';
import type { StageName, StageStatus } from '../contract/status.ts';
import { describePosition, hasReached } from '../position/position.ts';
import { lagMs } from './lag.ts';
import { StageMeter } from './meter.ts';

/** The end of the source's binlog when it was last asked. */
export interface HeadPoll {
  readonly coordinate: BinlogCoordinate;
  readonly text: string;
  readonly atMs: number;
  /** Source clock minus ours. */
  readonly clockOffsetMs: number;
  /** How long the source keeps a binlog file that is not written to any more; null: without limit. */
  readonly keptMs: number | null;
}

/**
 * Measures the stages of one process from what they report: read, logged, applied. It only counts; the stages never ask
 * it anything.
 */
export class Board {
  readonly capture = new StageMeter('capture');
  readonly log = new StageMeter('log');
  readonly apply = new StageMeter('apply');
  head: HeadPoll | null = null;
  #read = 0;
  #logged = 0;
  #applied = 0;
  readonly #atHeadMs = new Map<StageName, number>();

  /** A batch of the stream, before it goes into the log. */
  onRead(batch: readonly Change[]): void {
    let rows = 0;
    let first: bigint | null = null;
    const before = this.#read;
    for (const change of batch) {
      if (change.tag === 'row') rows++;
      if (change.tag === 'idle') this.capture.passed(this.#read, change.position);
      if (change.tag !== 'commit') continue;
      this.#read++;
      first ??= change.committedAtUs;
      this.capture.position = change.position;
    }
    this.capture.count(rows, 0, this.#read - before);
    if (first === null) return;
    const run = { last: this.#read, committedAtMs: Number(first / 1000n) };
    this.log.expect(run);
    this.apply.expect(run);
  }

  onLogged(header: EpochHeader): void {
    this.#logged += header.transactions;
    this.log.count(header.records, header.bytes, header.transactions);
    this.log.passed(this.#logged, header.reached);
  }

  /** For a process that only applies: what it finds in the log. */
  onFound(header: EpochHeader): void {
    this.#read += header.transactions;
    if (header.firstCommitUs === null) return;
    this.apply.expect({ last: this.#read, committedAtMs: Number(header.firstCommitUs / 1000n) });
  }

  onApplied(header: EpochHeader, rows: number): void {
    this.#applied += header.transactions;
    this.apply.count(rows, header.bytes, header.transactions);
    this.apply.passed(this.#applied, header.reached);
  }

  /** The half that reads was started anew and will read again what is not durable: in the log, or applied. */
  onReadAgain(isCapture: boolean): void {
    this.#read = isCapture ? this.#logged : this.#applied;
    this.log.forgetAfter(this.#read);
    this.apply.forgetAfter(this.#read);
  }

  /** True when the last poll, less than ten seconds old, shows a head that this stage has reached. */
  isAtHead(stage: StageMeter, nowMs: number): boolean {
    return this.#lag(stage, nowMs) === 0;
  }

  stageStatus(stage: StageMeter, nowMs: number): StageStatus {
    return {
      name: stage.name,
      state: stage.state,
      position: stage.position === null ? null : describePosition(stage.position),
      lagMs: this.#lag(stage, nowMs),
      ...stage.rates(nowMs),
      rows: stage.rows,
      transactions: stage.transactions,
      backlogRows: null,
      backlogBytes: null,
    };
  }

  /**
   * Until the source may purge what is not in the log yet: a file is kept from its last write on, and what we need next
   * was written no earlier than our lag ago. null when the lag or the limit is unknown.
   */
  binlogHeadroomMs(nowMs: number): number | null {
    const lag = this.#lag(this.log, nowMs);
    const kept = this.head?.keptMs ?? null;
    return lag === null || kept === null ? null : Math.max(0, kept - lag);
  }

  lagMs(stage: StageMeter, nowMs: number): number | null {
    return this.#lag(stage, nowMs);
  }

  #lag(stage: StageMeter, nowMs: number): number | null {
    const { head } = this;
    if (head && stage.position && hasReached(stage.position, head.coordinate))
      this.#atHeadMs.set(stage.name, head.atMs);
    return lagMs({
      nowMs,
      polledAtMs: head?.atMs ?? null,
      atHeadMs: this.#atHeadMs.get(stage.name) ?? null,
      oldestPendingMs: stage.oldestPendingMs,
      clockOffsetMs: head?.clockOffsetMs ?? 0,
    });
  }
}
