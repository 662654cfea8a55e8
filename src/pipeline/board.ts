import type { Change } from '../contract/change.ts';
import type { EpochHeader } from '../contract/change-log.ts';
import type { Position } from '../contract/position.ts';
import type { StageName, StageStatus } from '../contract/status.ts';
import { describePosition, isAtHead } from '../position/position.ts';
import { lagMs } from './lag.ts';
import { pairs, StageMeter } from './meter.ts';

/** The end of the source's binlog when it was last asked. */
export interface HeadPoll {
  readonly position: Position;
  readonly text: string;
  readonly atMs: number;
  /** Source clock minus ours. */
  readonly clockOffsetMs: number;
  /** How long the source keeps a binlog file that is not written to any more; null: without limit. */
  readonly keptMs: number | null;
}

/** Beyond it only every second epoch's end is noted: what was applied is then seen a little later. */
const MOST_UNAPPLIED = 2_000;

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
  /** Epochs of this process that are not applied yet, each with what #read was at its end. */
  #unapplied: { readonly epoch: number; readonly last: number }[] = [];
  /** Epochs that the sink has found in the log and not applied. */
  #found: { readonly epoch: number; readonly committedAtMs: number }[] = [];
  #appliedEpoch = 0;
  readonly #atHeadMs = new Map<StageName, number>();

  /** A batch of the stream, before it goes into the log. */
  onRead(batch: readonly Change[]): void {
    let rows = 0;
    let first: bigint | null = null;
    const before = this.#read;
    for (const change of batch) {
      if (change.tag === 'row') rows++;
      if (change.tag === 'idle') this.capture.position = change.position;
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
    this.log.position = header.reached;
    this.log.passed(this.#logged);
    this.#unapplied.push({ epoch: header.number, last: this.#logged });
    if (this.#unapplied.length > MOST_UNAPPLIED) this.#unapplied = pairs(this.#unapplied, (_, newer) => newer);
    // The sink may have been quicker than this call.
    this.#passApplied();
  }

  /** The sink finds this epoch in the log, its own process's or an earlier one's, and will apply it. */
  onFound(header: EpochHeader): void {
    if (header.firstCommitUs === null) return;
    this.#found.push({ epoch: header.number, committedAtMs: Number(header.firstCommitUs / 1000n) });
  }

  onApplied(header: EpochHeader, rows: number): void {
    this.apply.count(rows, header.bytes, header.transactions);
    this.onStanding(header.number, header.reached);
  }

  /**
   * The target stands at this epoch, whoever saw it get there: when the answer to a COMMIT was lost, only the checkpoint
   * tells, so what is still to come is known by epochs and never by counting answers (INV-80).
   */
  onStanding(epoch: number, position: Position): void {
    this.#appliedEpoch = epoch;
    this.apply.position = position;
    this.#passApplied();
  }

  #passApplied(): void {
    const isApplied = ({ epoch }: { readonly epoch: number }) => epoch <= this.#appliedEpoch;
    while (this.#found[0] && isApplied(this.#found[0])) this.#found.shift();
    while (this.#unapplied[0] && isApplied(this.#unapplied[0])) this.apply.passed(this.#unapplied.shift()?.last ?? 0);
  }

  /** Capture was started anew and will read again what is not in the log. */
  onReadAgain(): void {
    this.#read = this.#logged;
    this.log.forgetAfter(this.#read);
    this.apply.forgetAfter(this.#read);
  }

  /** The sink was started anew and will find again what is not applied. */
  onFindAgain(): void {
    this.#found = [];
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

  /** Notes held of what is on its way. */
  get notes(): number {
    return this.log.pendingRuns + this.apply.pendingRuns + this.#unapplied.length + this.#found.length;
  }

  lagMs(stage: StageMeter, nowMs: number): number | null {
    return this.#lag(stage, nowMs);
  }

  #lag(stage: StageMeter, nowMs: number): number | null {
    const { head } = this;
    if (head && stage.position && isAtHead(stage.position, head.position)) this.#atHeadMs.set(stage.name, head.atMs);
    return lagMs({
      nowMs,
      polledAtMs: head?.atMs ?? null,
      atHeadMs: this.#atHeadMs.get(stage.name) ?? null,
      // What an earlier process logged is older than anything that this one has read.
      oldestPendingMs: (stage === this.apply ? this.#found[0]?.committedAtMs : null) ?? stage.oldestPendingMs,
      clockOffsetMs: head?.clockOffsetMs ?? 0,
    });
  }
}
