import type { EpochHeader, LogHead, LogOffset } from '../contract/change-log.ts';
import type { DecodedEpoch } from '../contract/epoch.ts';
import { SluiceError } from '../contract/error.ts';
import type { Position, ServerKind } from '../contract/position.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';

/** The last epoch that stands in the target, written in the same transaction as its rows (INV-51). */
export interface Checkpoint {
  readonly logId: string;
  /** Number of the epoch. */
  readonly epoch: number;
  /** Offset in the log at which the next epoch stands. */
  readonly next: LogOffset;
  readonly position: Position;
  /** Commit time at the source of the last transaction applied, microseconds since 1970 UTC. */
  readonly lastCommitUs: bigint | null;
  /** Text of the newest heartbeat that came through. */
  readonly heartbeat: string | null;
  /** The cutover that closed the stream here for good; null while it is open. */
  readonly closedBy: string | null;
}

export interface CheckpointKey {
  readonly pipeline: string;
  readonly lane: string;
}

const READ = `SELECT log_id, epoch::text, next_offset::text, server, position, last_commit_us::text, heartbeat, closed_by
  FROM sluice.checkpoint WHERE pipeline = $1 AND lane = $2`;

export async function readCheckpoint(session: PostgresSession, key: CheckpointKey): Promise<Checkpoint | null> {
  const { rows } = await session.query(READ, [key.pipeline, key.lane]);
  return rows[0] ? checkpointOf(rows[0]) : null;
}

function checkpointOf(row: TextRow): Checkpoint {
  const commit = row['last_commit_us'];
  return {
    logId: row['log_id'] ?? '',
    epoch: Number(row['epoch']),
    next: Number(row['next_offset']),
    position: { server: row['server'] as ServerKind, text: row['position'] ?? '' },
    lastCommitUs: commit ? BigInt(commit) : null,
    heartbeat: row['heartbeat'] ?? null,
    closedBy: row['closed_by'] ?? null,
  };
}

const INSERT = `INSERT INTO sluice.checkpoint
    (pipeline, lane, log_id, epoch, next_offset, server, position, last_commit_us, heartbeat, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp()) ON CONFLICT DO NOTHING`;

const MOVE = `UPDATE sluice.checkpoint
  SET epoch = $4, next_offset = $5, server = $6, position = $7, last_commit_us = $8, heartbeat = $9,
      updated_at = clock_timestamp()
  WHERE pipeline = $1 AND lane = $2 AND log_id = $3 AND epoch = $10 AND position = $11
    AND closed_by IS NULL`;

/**
 * Moves the checkpoint by compare-and-set inside the caller's transaction: this, not the advisory lock, is the fence
 * (INV-51). When two sinks race, the second waits for the first one's row lock and then finds another epoch.
 */
export async function moveCheckpoint(
  session: PostgresSession,
  key: CheckpointKey,
  from: Checkpoint | null,
  to: Checkpoint,
): Promise<void> {
  const commit = to.lastCommitUs === null ? null : String(to.lastCommitUs);
  const target = [key.pipeline, key.lane, to.logId, String(to.epoch), String(to.next), to.position.server];
  const values = [...target, to.position.text, commit, to.heartbeat];
  const { rowCount } = await (from === null
    ? session.query(INSERT, values)
    : session.query(MOVE, [...values, String(from.epoch), from.position.text]));
  if (rowCount !== 1) throw checkpointMoved(key);
}

const CLOSE = `UPDATE sluice.checkpoint SET closed_by = $3
  WHERE pipeline = $1 AND lane = $2 AND closed_by IS NULL AND epoch = $4 AND position = $5`;

/**
 * Closes the stream for good where it stands, in the caller's transaction: the sink's own compare-and-set finds it closed
 * (INV-172). False when it does not stand there any more, or is closed already.
 */
export async function closeCheckpoint(
  session: PostgresSession,
  key: CheckpointKey,
  { at, by }: { readonly at: Pick<Checkpoint, 'epoch' | 'position'>; readonly by: string },
): Promise<boolean> {
  const values = [key.pipeline, key.lane, by, String(at.epoch), at.position.text];
  return (await session.query(CLOSE, values)).rowCount === 1;
}

/** After a rollback: the stream goes on where it was closed. Does nothing where it is open. */
export async function reopenCheckpoint(session: PostgresSession, key: CheckpointKey): Promise<void> {
  await session.query('UPDATE sluice.checkpoint SET closed_by = NULL WHERE pipeline = $1 AND lane = $2', [
    key.pipeline,
    key.lane,
  ]);
}

/** TARGET_CLOSED: a cutover has made this side the one that the application writes to. */
export function assertOpen(checkpoint: Checkpoint | null): void {
  if (checkpoint === null || checkpoint.closedBy === null) return;
  throw new SluiceError({
    code: 'TARGET_CLOSED',
    message: `the stream to this target was closed for good by cutover ${checkpoint.closedBy}: the application writes here now`,
    remedy: 'Nothing of the source goes there any more. To go back: sluice rollback run.',
    disposition: 'stop',
  });
}

/** TARGET_CHECKPOINT_MOVED: another sink has written since this one read its checkpoint. */
function checkpointMoved(key: CheckpointKey): SluiceError {
  return new SluiceError({
    code: 'TARGET_CHECKPOINT_MOVED',
    message: `the checkpoint of pipeline ${key.pipeline} was moved by another sink; nothing of this batch was kept`,
    remedy: 'Find the second process of this pipeline and stop it: `sluice status` on each machine.',
    disposition: 'stop',
  });
}

/**
 * TARGET_CHECKPOINT_LOST: this pipeline has written here, and what it has applied is not known any more. To begin again
 * at the log's start would do twice what may be done once only. `seen`: where this process has seen it; it tells even
 * when the whole schema sluice is gone.
 */
export async function assertNeverWritten(
  session: PostgresSession,
  key: CheckpointKey,
  seen: Checkpoint | null,
): Promise<void> {
  const { rows } = await session.query('SELECT FROM sluice.table_version WHERE pipeline = $1 LIMIT 1', [key.pipeline]);
  if (seen === null && rows.length === 0) return;
  throw new SluiceError({
    code: 'TARGET_CHECKPOINT_LOST',
    message: `the checkpoint of pipeline ${key.pipeline} is gone from sluice.checkpoint, though it has written to this target`,
    remedy: 'Bring it back from a backup of the target that has its tables too, or load anew: `sluice run --resync`.',
    disposition: 'resync',
  });
}

/** What the checkpoint becomes once `header` is applied. */
export function checkpointAfter(from: Checkpoint | null, epoch: DecodedEpoch, heartbeat: string | null): Checkpoint {
  const { header } = epoch;
  return {
    logId: epoch.logId,
    epoch: header.number,
    next: header.next,
    position: header.reached,
    lastCommitUs: header.lastCommitUs ?? from?.lastCommitUs ?? null,
    heartbeat: heartbeat ?? from?.heartbeat ?? null,
    closedBy: null,
  };
}

/**
 * An epoch follows the checkpoint only when it is of the same log, has the next number and starts where the checkpoint
 * stands (INV-52). TARGET_EPOCH_GAP, TARGET_OTHER_LOG.
 */
export function assertFollows(from: Checkpoint | null, epoch: DecodedEpoch): void {
  const { header } = epoch;
  if (from !== null && from.logId !== epoch.logId) throw otherLog(from.logId, epoch.logId);
  const number = (from?.epoch ?? 0) + 1;
  const isNext = header.number === number && startsAt(header, from);
  if (isNext) return;
  const stands = from ? `epoch ${from.epoch} at ${from.position.text}` : 'before the first epoch';
  throw new SluiceError({
    code: 'TARGET_EPOCH_GAP',
    message: `epoch ${header.number} starting at ${header.start?.text ?? 'nothing'} does not follow the checkpoint, ${stands}`,
    remedy: 'Changes between them are not in this log. Load anew with `sluice run --resync`.',
    disposition: 'resync',
  });
}

function startsAt(header: EpochHeader, from: Checkpoint | null): boolean {
  if (from === null) return header.start === null;
  return header.start?.text === from.position.text && header.start.server === from.position.server;
}

/** A log that ends before the checkpoint has lost what was applied already; its next epochs would be others (INV-52). */
export function assertLogHolds(checkpoint: Checkpoint | null, head: LogHead): void {
  if (checkpoint === null) return;
  if (checkpoint.logId !== head.logId) throw otherLog(checkpoint.logId, head.logId);
  if (head.last !== null && head.last.number >= checkpoint.epoch) return;
  throw new SluiceError({
    code: 'TARGET_LOG_BEHIND',
    message: `the log ends at epoch ${head.last?.number ?? 0}, the target has applied epoch ${checkpoint.epoch}`,
    remedy:
      'The log was restored from an older copy or lost its end. Bring it back, or load anew: `sluice run --resync`.',
    disposition: 'resync',
  });
}

function otherLog(applied: string, given: string): SluiceError {
  return new SluiceError({
    code: 'TARGET_OTHER_LOG',
    message: `the target was loaded from log ${applied}, not from ${given}`,
    remedy: 'Point log.directory or log.kafka at the log of this pipeline, or load anew: `sluice run --resync`.',
    disposition: 'stop',
  });
}
