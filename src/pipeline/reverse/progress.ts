import type { Change } from '../../contract/change.ts';
import type { EpochHeader } from '../../contract/change-log.ts';
import type { SluiceError } from '../../contract/error.ts';
import type { WrittenCount } from '../../mysql-sink/change-writer.ts';
import type { ReverseCheckpoint } from '../../mysql-sink/checkpoint.ts';
import type { SlotState } from '../../wal/slot.ts';

/** Where the way back stands. Positions are LSNs as text; null: not known yet. */
export interface ReverseStatus {
  readonly readLsn: string | null;
  readonly loggedLsn: string | null;
  readonly appliedLsn: string | null;
  /** The target's own end, when last asked. */
  readonly headLsn: string | null;
  /**
   * Time behind: 0 when the newest heartbeat is at the source, else the age of the oldest one that may not be; null while
   * it is not measured.
   */
  readonly lagMs: number | null;
  /** Null before it was asked, and where it is gone. */
  readonly slot: SlotState | null;
  readonly rows: number;
  /** Changes that wait in quarantine now. */
  readonly setAside: number;
  readonly lastError: ReverseFailure | null;
}

export interface ReverseFailure {
  readonly stage: 'capture' | 'apply' | 'watch';
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly attempt: number;
  readonly atMs: number;
}

/** A measure older than this says nothing about now. */
const FRESH_MS = 10_000;
const MOST_BEATS = 7_200;

/** What is told of one run, gathered from its parts. */
export class ReverseProgress {
  #readLsn: string | null = null;
  #loggedLsn: string | null = null;
  #applied: ReverseCheckpoint | null = null;
  #head: { readonly lsn: string; readonly slot: SlotState | null; readonly atMs: number } | null = null;
  /** Beats that were written and have not been seen at the source, in microseconds, oldest first. */
  #beatsUs: bigint[] = [];
  #lastBeatUs: bigint | null = null;
  #rows = 0;
  #setAside = 0;
  #lastError: ReverseFailure | null = null;

  read(batch: readonly Change[]): void {
    const last = batch.findLast((change) => change.tag === 'commit' || change.tag === 'idle');
    if (last && 'position' in last) this.#readLsn = last.position.text;
  }

  logged(header: EpochHeader): void {
    this.#loggedLsn = header.reached.text;
  }

  started(checkpoint: ReverseCheckpoint): void {
    this.#note(checkpoint);
  }

  applied(checkpoint: ReverseCheckpoint, { rows }: WrittenCount): void {
    this.#note(checkpoint);
    this.#rows += rows;
  }

  /** Changes that wait in quarantine now, whatever process has set them aside. */
  waiting(changes: number): void {
    this.#setAside = changes;
  }

  beat(us: bigint): void {
    this.#beatsUs.push(us);
    // Of days without an answer every second one is enough.
    if (this.#beatsUs.length > MOST_BEATS) this.#beatsUs = this.#beatsUs.filter((_, i) => i % 2 === 0);
    this.#lastBeatUs = us;
  }

  head(lsn: string, slot: SlotState | null, atMs: number): void {
    this.#head = { lsn, slot, atMs };
  }

  failed(stage: ReverseFailure['stage'], { code, message, remedy }: SluiceError, attempt: number): void {
    this.#lastError = { stage, code, message, remedy, attempt, atMs: Date.now() };
  }

  status(nowMs: number): ReverseStatus {
    return {
      readLsn: this.#readLsn,
      loggedLsn: this.#loggedLsn,
      appliedLsn: this.#applied?.position.text ?? null,
      headLsn: this.#head?.lsn ?? null,
      lagMs: this.#lagMs(nowMs),
      slot: this.#head?.slot ?? null,
      rows: this.#rows,
      setAside: this.#setAside,
      lastError: this.#lastError,
    };
  }

  #note(checkpoint: ReverseCheckpoint): void {
    this.#applied = checkpoint;
    const seenUs = BigInt(checkpoint.heartbeat ?? '0');
    this.#beatsUs = this.#beatsUs.filter((us) => us > seenUs);
  }

  #lagMs(nowMs: number): number | null {
    const oldest = this.#beatsUs[0];
    if (oldest !== undefined) return Math.max(0, nowMs - Number(oldest / 1000n));
    const isFresh = this.#lastBeatUs !== null && nowMs - Number(this.#lastBeatUs / 1000n) < FRESH_MS;
    return isFresh ? 0 : null;
  }
}
