import type { Change, SchemaChange } from '../../contract/change.ts';
import type { EpochHeader, LogHead } from '../../contract/change-log.ts';
import type { SchemaChangeStatus } from '../../contract/measurement.ts';
import type { Position } from '../../contract/position.ts';
import type { StageName, StageStatus } from '../../contract/status.ts';
import { describePosition, isAtHead } from '../../position/position.ts';
import { Backlog } from './backlog.ts';
import { lagMs } from './lag.ts';
import { LatencyMeter } from './latency.ts';
import { pairs, StageMeter } from './meter.ts';
import { schemaNote } from './schema-note.ts';
import { StallWatch } from './stall.ts';
import { TableTally } from './table-tally.ts';

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
const KEPT_SCHEMA_CHANGES = 20;

/**
 * Measures the stages of one process from what they report: read, logged, applied. It only counts; the stages never ask
 * it anything.
 */
export class Board {
  readonly capture = new StageMeter('capture');
  readonly log = new StageMeter('log');
  readonly apply = new StageMeter('apply');
  readonly latency = new LatencyMeter();
  readonly tally: TableTally;
  /** Newest first. */
  schemaChanges: readonly SchemaChangeStatus[] = [];
  /** Told each of them. */
  onSchemaChange: (change: SchemaChangeStatus) => void = () => {};
  #head: HeadPoll | null = null;
  #isHeadLost = false;
  #read = 0;
  #logged = 0;
  /** Epochs of this process that are not applied yet, each with what #read was at its end. */
  #unapplied: { readonly epoch: number; readonly last: number }[] = [];
  /** Epochs that the sink has found in the log and not applied. */
  #found: { readonly epoch: number; readonly committedAtMs: number }[] = [];
  #appliedEpoch = 0;
  /** The first epoch that this process has logged; null: none, or none yet. */
  #ownFrom: number | null = null;
  readonly #beforeLog = new Backlog();
  readonly #beforeApply = new Backlog();
  readonly #stalls = new StallWatch();
  readonly #atHeadMs = new Map<StageName, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.tally = new TableTally(now());
  }

  /** The writer of this process stands here: what it logs comes after. */
  onOpen({ last }: LogHead): void {
    this.#ownFrom ??= (last?.number ?? 0) + 1;
  }

  /** A batch of the stream, before it goes into the log. */
  onRead(batch: readonly Change[]): void {
    let rows = 0;
    const commitsMs: number[] = [];
    for (const change of batch) {
      if (change.tag === 'row') {
        rows++;
        this.tally.onRead(change.table, change.op);
      } else if (change.tag === 'idle') this.capture.position = change.position;
      else if (change.tag === 'schema') this.#noteSchema(change);
      else if (change.tag === 'commit') {
        commitsMs.push(Number(change.committedAtUs / 1000n));
        this.capture.position = change.position;
      }
    }
    this.capture.count(rows, 0, commitsMs.length);
    this.#read += commitsMs.length;
    const [committedAtMs] = commitsMs;
    if (committedAtMs === undefined) return;
    this.log.expect({ last: this.#read, committedAtMs });
    this.apply.expect({ last: this.#read, committedAtMs });
    this.#beforeLog.enter({ last: this.#read, count: commitsMs.length, rows, bytes: 0 });
    this.latency.onRead(commitsMs, this.#read, this.#offsetMs, this.#now());
  }

  #noteSchema(change: SchemaChange): void {
    if (change.after === null) this.tally.forget(change);
    const note = schemaNote(change, this.#now());
    this.schemaChanges = [note, ...this.schemaChanges].slice(0, KEPT_SCHEMA_CHANGES);
    this.onSchemaChange(note);
  }

  get head(): HeadPoll | null {
    return this.#head;
  }

  set head(head: HeadPoll | null) {
    this.#head = head;
    this.#isHeadLost = false;
  }

  /** The source is known to be away: until it is asked again no lag is known, however short ago the last poll was (INV-70). */
  loseHead(): void {
    this.#isHeadLost = true;
  }

  get #offsetMs(): number | null {
    return this.head?.clockOffsetMs ?? null;
  }

  onLogged(header: EpochHeader): void {
    const { records: rows, bytes, transactions: count } = header;
    this.#ownFrom ??= header.number;
    this.#logged += count;
    this.log.count(rows, bytes, count);
    this.latency.onLogged(this.#logged, this.#now());
    this.#beforeLog.leave(this.#logged);
    this.#beforeApply.enter({ last: this.#logged, count, rows, bytes });
    this.log.position = header.reached;
    this.log.passed(this.#logged);
    this.#unapplied.push({ epoch: header.number, last: this.#logged });
    if (this.#unapplied.length > MOST_UNAPPLIED) this.#unapplied = pairs(this.#unapplied, (_, newer) => newer);
    // The sink may have been quicker than this call.
    this.#passApplied();
  }

  /** What there is for the target stands still because somebody has asked for it, or goes on. */
  rests(isResting: boolean): void {
    const { apply } = this;
    if (isResting ? apply.state === 'busy' : apply.state === 'throttled')
      apply.state = isResting ? 'throttled' : 'busy';
  }

  /** The sink finds this epoch in the log, its own process's or an earlier one's, and will apply it. */
  onFound(header: EpochHeader): void {
    if (header.firstCommitUs === null) return;
    this.#found.push({ epoch: header.number, committedAtMs: Number(header.firstCommitUs / 1000n) });
  }

  onApplied(header: EpochHeader, rows: number): void {
    this.apply.count(rows, header.bytes, header.transactions);
    const isForeign = this.#ownFrom === null || header.number < this.#ownFrom;
    if (isForeign) this.latency.onForeign(header, this.#offsetMs, this.#now());
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
    let last = 0;
    while (this.#unapplied[0] && isApplied(this.#unapplied[0])) last = this.#unapplied.shift()?.last ?? 0;
    if (last === 0) return;
    this.apply.passed(last);
    this.#beforeApply.leave(last);
    this.latency.onApplied(last, this.#offsetMs, this.#now());
  }

  /** Capture was started anew and will read again what is not in the log. */
  onReadAgain(): void {
    this.#read = this.#logged;
    this.log.forgetAfter(this.#read);
    this.apply.forgetAfter(this.#read);
    this.#beforeLog.forgetAfter(this.#read);
    this.latency.forgetAfter(this.#read);
  }

  /** The sink was started anew and will find again what is not applied. */
  onFindAgain(): void {
    this.#found = [];
  }

  /** True when the last poll, less than ten seconds old, shows a head that this stage has reached. */
  isAtHead(stage: StageMeter, nowMs: number): boolean {
    return this.#lag(stage, nowMs) === 0;
  }

  /** `mayWait`: the stage may have to wait for something else now, however long, such as an index that is built. */
  stageStatus(stage: StageMeter, nowMs: number, mayWait = false): StageStatus {
    const position = stage.position === null ? null : describePosition(stage.position);
    const isUp = stage.state === 'busy' || stage.state === 'idle';
    const hasWork = isUp && !mayWait && this.#hasWork(stage, nowMs);
    const isStalled = this.#stalls.isStalled(stage.name, `${stage.steps} ${position}`, hasWork, nowMs);
    return {
      name: stage.name,
      state: isStalled ? 'stalled' : stage.state,
      position,
      lagMs: this.#lag(stage, nowMs),
      ...stage.rates(nowMs),
      rows: stage.rows,
      bytes: stage.bytes,
      transactions: stage.transactions,
      ...this.#backlog(stage),
    };
  }

  /** What is at the source and not read yet nobody counts, nor what another process has logged. */
  #backlog(stage: StageMeter): { readonly backlogRows: number | null; readonly backlogBytes: number | null } {
    if (stage === this.log) return { backlogRows: this.#beforeLog.rows, backlogBytes: null };
    const isKnown = stage === this.apply && this.#ownFrom !== null && this.#appliedEpoch >= this.#ownFrom - 1;
    if (!isKnown) return { backlogRows: null, backlogBytes: null };
    return { backlogRows: this.#beforeApply.rows, backlogBytes: this.#beforeApply.bytes };
  }

  #hasWork(stage: StageMeter, nowMs: number): boolean {
    if (stage === this.log) return stage.oldestPendingMs !== null;
    if (stage === this.apply) return (this.#found[0] ?? null) !== null || stage.oldestPendingMs !== null;
    const { head } = this;
    const isFresh = head !== null && !this.#isHeadLost && nowMs - head.atMs < 10_000;
    return isFresh && stage.position !== null && !isAtHead(stage.position, head.position);
  }

  /**
   * Until the source may purge what is not in the log yet: a file is kept from its last write on, and what we need next
   * was written no earlier than our lag ago. null when the lag or the limit is unknown.
   */
  binlogHeadroomMs(stage: StageMeter, nowMs: number): number | null {
    const lag = this.#lag(stage, nowMs);
    const kept = this.head?.keptMs ?? null;
    return lag === null || kept === null ? null : Math.max(0, kept - lag);
  }

  /** Notes held of what is on its way. */
  get notes(): number {
    const backlog = this.#beforeLog.pieces + this.#beforeApply.pieces + this.latency.runs;
    return this.log.pendingRuns + this.apply.pendingRuns + this.#unapplied.length + this.#found.length + backlog;
  }

  lagMs(stage: StageMeter, nowMs: number): number | null {
    return this.#lag(stage, nowMs);
  }

  #lag(stage: StageMeter, nowMs: number): number | null {
    const { head } = this;
    if (head && stage.position && isAtHead(stage.position, head.position)) this.#atHeadMs.set(stage.name, head.atMs);
    if (this.#isHeadLost) return null;
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
