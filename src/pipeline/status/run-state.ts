import type { TableName } from '../../contract/change.ts';
import type { SluiceError } from '../../contract/error.ts';
import type {
  EndpointStatus,
  ErrorStatus,
  PipelineStatus,
  QuarantineCount,
  SnapshotStatus,
} from '../../contract/status.ts';
import { EventBook } from '../../evidence/event.ts';
import { FailureChains } from '../../evidence/failure-chain.ts';
import type { AppliedBatch } from '../../sink/observer.ts';
import type { Scope } from '../scope.ts';
import { Board } from './board.ts';
import { CatchUp } from './catch-up.ts';
import { Completeness } from './completeness.ts';
import { ErrorCount } from './error-count.ts';
import { Histogram } from './histogram.ts';
import { RunPhase } from './run-phase.ts';
import { type RunFacts, type RunIdentity, shownLagMs, statusOf } from './status.ts';
import { ThrottleCount } from './throttle-count.ts';

const KEPT_ERRORS = 20;
const ROW_BOUNDS = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
const DURATION_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000];

/** What a running process knows of itself, changed by events and published as a status document. */
export class RunState {
  readonly board = new Board();
  readonly batchRows = new Histogram(ROW_BOUNDS);
  readonly batchMs = new Histogram(DURATION_BOUNDS_MS);
  readonly catchUp = new CatchUp();
  readonly counts = new ErrorCount();
  readonly throttles = new ThrottleCount();
  readonly completeness = new Completeness(this.board.tally);
  /** Name of a table on the target, as the quarantine counts it; null: it takes no part. */
  targetNameOf: (table: TableName) => string | null = () => null;
  /** What happens, on its way to the target. */
  readonly book = new EventBook();
  readonly #chains = new FailureChains(this.book);
  readonly #phase = new RunPhase();
  readonly #identity: RunIdentity;
  readonly #publish: (status: PipelineStatus) => void;
  #facts: RunFacts;

  constructor(identity: RunIdentity, facts: RunFacts, publish: (status: PipelineStatus) => void) {
    this.#identity = identity;
    this.#facts = facts;
    this.#publish = publish;
    this.board.onSchemaChange = ({ atMs, ...what }) => this.book.note({ kind: 'schema-change', atMs, who: null, what });
  }

  get facts(): RunFacts {
    return this.#facts;
  }

  status(nowMs = Date.now()): PipelineStatus {
    return statusOf(this.#identity, this, nowMs);
  }

  /** What the status tells as the lag, for who needs nothing else of it. */
  lagMs(nowMs = Date.now()): number | null {
    return shownLagMs(this.#identity.mode, this.board, nowMs);
  }

  publish(): void {
    this.#publish(this.status());
  }

  change(facts: Partial<RunFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  /** Other tables take part: what takes none any more is forgotten, and whether all is loaded is to be seen. */
  scoped({ isPublished }: Pick<Scope, 'isPublished'>): void {
    const { tally } = this.board;
    for (const one of tally.tables) if (!isPublished(one.database, one.table)) tally.forget(one);
    this.phase((phase) => phase.loaded(false));
  }

  get isLoaded(): boolean {
    return this.#phase.isLoaded;
  }

  /** A transaction of the sink was committed. */
  applied({ epochs, rows, tookMs }: AppliedBatch): void {
    const nowMs = Date.now();
    let sum = 0;
    for (const [table, counts] of rows) {
      this.board.tally.onApplied(table, counts, nowMs);
      sum += counts.c + counts.u + counts.d + counts.r;
    }
    for (const header of epochs) this.board.onApplied(header, header === epochs.at(-1) ? sum : 0);
    this.batchRows.observe(sum);
    this.batchMs.observe(tookMs);
  }

  /** The run goes from one state to another. */
  phase(move: (phase: RunPhase) => void): void {
    move(this.#phase);
    const { state, waitingFor } = this.#phase;
    this.change({ state, waitingFor });
    this.publish();
  }

  endpoint(side: 'source' | 'target', change: Partial<EndpointStatus>): void {
    this.change({ [side]: { ...this.#facts[side], ...change } });
  }

  snapshot(change: Partial<SnapshotStatus>): void {
    this.change({ snapshot: { ...this.#facts.snapshot, ...change } });
  }

  /** Counted at once, so that no status in between says that nothing waits; the next look at the quarantine counts anew. */
  setAside(counts: readonly QuarantineCount[]): void {
    const quarantine = [...this.#facts.quarantine];
    for (const { table, reason, changes } of counts) {
      const at = quarantine.findIndex((one) => one.table === table && one.reason === reason);
      const known = quarantine[at]?.changes ?? 0;
      quarantine.splice(at < 0 ? quarantine.length : at, at < 0 ? 0 : 1, { table, reason, changes: known + changes });
    }
    this.change({ quarantine });
  }

  beatWritten(writtenAtMs: number): void {
    const known = this.#facts.heartbeat ?? { seenAtMs: null, latencyMs: null };
    this.change({ heartbeat: { ...known, writtenAtMs } });
  }

  /** `beatUs`: when the beat was written, by the clock of the process that wrote it. */
  beatSeen(beatUs: string, seenAtMs: number): void {
    const latencyMs = Math.max(0, seenAtMs - Number(BigInt(beatUs) / 1000n));
    const writtenAtMs = this.#facts.heartbeat?.writtenAtMs ?? null;
    this.change({ heartbeat: { writtenAtMs, seenAtMs, latencyMs } });
  }

  failed(stage: ErrorStatus['stage'], error: SluiceError, attempt: number, retryInMs: number | null): void {
    const { code, message, remedy } = error;
    this.counts.failed(stage, code, retryInMs !== null);
    const atMs = Date.now();
    const nextTryAtMs = retryInMs === null ? null : Math.round(atMs + retryInMs);
    const entry: ErrorStatus = { atMs, stage, code, message, remedy, attempt, nextTryAtMs };
    this.#chains.failed(entry);
    this.change({ errors: [entry, ...this.#facts.errors].slice(0, KEPT_ERRORS) });
  }
}
