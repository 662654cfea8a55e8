import type { SluiceError } from '../contract/error.ts';
import type {
  EndpointStatus,
  ErrorStatus,
  PipelineStatus,
  QuarantineCount,
  SnapshotStatus,
} from '../contract/status.ts';
import { Board } from './board.ts';
import { RunPhase } from './run-phase.ts';
import { type RunFacts, type RunIdentity, statusOf } from './status.ts';

const KEPT_ERRORS = 20;

/** What a running process knows of itself, changed by events and published as a status document. */
export class RunState {
  readonly board = new Board();
  readonly #phase = new RunPhase();
  readonly #identity: RunIdentity;
  readonly #publish: (status: PipelineStatus) => void;
  #facts: RunFacts;

  constructor(identity: RunIdentity, facts: RunFacts, publish: (status: PipelineStatus) => void) {
    this.#identity = identity;
    this.#facts = facts;
    this.#publish = publish;
  }

  get facts(): RunFacts {
    return this.#facts;
  }

  status(nowMs = Date.now()): PipelineStatus {
    return statusOf(this.#identity, this.#facts, this.board, nowMs);
  }

  publish(): void {
    this.#publish(this.status());
  }

  change(facts: Partial<RunFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
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
    const atMs = Date.now();
    const nextTryAtMs = retryInMs === null ? null : Math.round(atMs + retryInMs);
    const entry: ErrorStatus = { atMs, stage, code, message, remedy, attempt, nextTryAtMs };
    this.change({ errors: [entry, ...this.#facts.errors].slice(0, KEPT_ERRORS) });
  }
}
