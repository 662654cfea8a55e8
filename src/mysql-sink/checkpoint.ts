import type { EpochHeader, LogHead, LogOffset } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { Position } from '../contract/position.ts';
import type { MysqlConnection, Row } from '../mysql/connection.ts';
import { ourTable } from './bookkeeping.ts';

/** The last epoch that stands at the source, written in the same transaction as its rows (INV-145). */
export interface ReverseCheckpoint {
  /** '' before the first epoch. */
  readonly logId: string;
  /** 0 before the first epoch. */
  readonly epoch: number;
  /** Where the next epoch stands in the log; meaningless before the first. */
  readonly next: LogOffset;
  readonly position: Position;
  readonly lastCommitUs: bigint | null;
  /** Text of the newest heartbeat that came through. */
  readonly heartbeat: string | null;
  /** Token of the newest drain that came through. */
  readonly drain: string | null;
}

/** Where the checkpoints lie. */
export interface CheckpointPlace {
  readonly database: string;
  readonly pipeline: string;
}

export type CheckpointStart = Pick<ReverseCheckpoint, 'logId' | 'epoch' | 'next' | 'position'>;

/** Begins there, unless it stands already. */
export async function beginCheckpoint(
  connection: MysqlConnection,
  { database, pipeline }: CheckpointPlace,
  { logId, epoch, next, position }: CheckpointStart,
): Promise<void> {
  await connection.run(
    `INSERT IGNORE INTO ${ourTable(database, 'reverse_checkpoint')}
       (pipeline, log_id, epoch, next_offset, position, attempts) VALUES (?, ?, ?, ?, ?, 0)`,
    [pipeline, logId, epoch, next, position.text],
  );
}

export async function readCheckpoint(
  connection: MysqlConnection,
  { database, pipeline }: CheckpointPlace,
): Promise<ReverseCheckpoint | null> {
  const rows = await connection.rows(
    `SELECT log_id, epoch, next_offset, position, last_commit_us, heartbeat, drain
     FROM ${ourTable(database, 'reverse_checkpoint')} WHERE pipeline = ?`,
    [pipeline],
  );
  return rows[0] ? checkpointOf(rows[0]) : null;
}

function checkpointOf(row: Row): ReverseCheckpoint {
  const commit = row['last_commit_us'];
  return {
    logId: row['log_id'] ?? '',
    epoch: Number(row['epoch']),
    next: Number(row['next_offset']),
    position: { server: 'postgresql', text: row['position'] ?? '' },
    lastCommitUs: commit ? BigInt(commit) : null,
    heartbeat: row['heartbeat'] ?? null,
    drain: row['drain'] ?? null,
  };
}

/**
 * The first statement of every transaction of ours: takes the checkpoint's row where it stands as it was read, so that
 * two sinks never both go on; and marks the transaction in the binlog before any row of it (INV-143).
 */
export async function markTransaction(
  connection: MysqlConnection,
  { database, pipeline }: CheckpointPlace,
  from: ReverseCheckpoint,
): Promise<void> {
  const [outcome] = await connection.outcomes(
    `UPDATE ${ourTable(database, 'reverse_checkpoint')} SET attempts = attempts + 1
     WHERE pipeline = '${pipeline}' AND epoch = ${from.epoch} AND position = '${from.position.text}'`,
  );
  if (outcome?.rows !== 1) throw checkpointMoved(pipeline);
}

export async function moveCheckpoint(
  connection: MysqlConnection,
  { database, pipeline }: CheckpointPlace,
  to: ReverseCheckpoint,
): Promise<void> {
  await connection.run(
    `UPDATE ${ourTable(database, 'reverse_checkpoint')} SET log_id = ?, epoch = ?, next_offset = ?, position = ?,
       last_commit_us = ?, heartbeat = ?, drain = ? WHERE pipeline = ?`,
    [to.logId, to.epoch, to.next, to.position.text, to.lastCommitUs, to.heartbeat, to.drain, pipeline],
  );
}

/** Entries of an epoch's state that are kept with the checkpoint. */
export interface KeptStates {
  readonly heartbeat: string;
  readonly drain: string;
}

export function checkpointAfter(
  from: ReverseCheckpoint,
  header: EpochHeader,
  logId: string,
  states: KeptStates,
): ReverseCheckpoint {
  return {
    logId,
    epoch: header.number,
    next: header.next,
    position: header.reached,
    lastCommitUs: header.lastCommitUs ?? from.lastCommitUs,
    heartbeat: header.state.get(states.heartbeat) ?? from.heartbeat,
    drain: header.state.get(states.drain) ?? from.drain,
  };
}

/** Only the epoch that follows the checkpoint, of the same log, is applied (INV-145). */
export function assertFollows(from: ReverseCheckpoint, header: EpochHeader, logId: string): void {
  const isFirst = from.epoch === 0;
  const isSameLog = isFirst || from.logId === logId;
  const isNext = header.number === from.epoch + 1;
  const isStart = isFirst ? header.start === null : header.start?.text === from.position.text;
  if (isSameLog && isNext && isStart) return;
  throw otherLog(`epoch ${header.number} does not follow what the source has of the way back`);
}

/** A log that ends before the checkpoint has lost what was applied already. */
export function assertLogHolds(from: ReverseCheckpoint, head: LogHead): void {
  if (from.epoch === 0) return;
  if (from.logId === head.logId && (head.last?.number ?? 0) >= from.epoch) return;
  throw otherLog(`the log ends at epoch ${head.last?.number ?? 0}, the source has applied epoch ${from.epoch}`);
}

/** REVERSE_OTHER_LOG: the log is not the one that was applied, or has lost its end. */
function otherLog(message: string): SluiceError {
  return new SluiceError({
    code: 'REVERSE_OTHER_LOG',
    message,
    remedy: 'Bring back the log of the way back; without it the source no longer follows and cannot be gone back to.',
    disposition: 'stop',
  });
}

/** REVERSE_CHECKPOINT_MOVED: another sink has written since this one read its checkpoint. */
function checkpointMoved(pipeline: string): SluiceError {
  return new SluiceError({
    code: 'REVERSE_CHECKPOINT_MOVED',
    message: `the checkpoint of the way back of ${pipeline} was moved by another process; nothing of this was kept`,
    remedy: 'Find the second process of this pipeline and stop it.',
    disposition: 'stop',
  });
}

/** REVERSE_CHECKPOINT_LOST: what the source has applied of the way back is not known. */
export function checkpointLost(pipeline: string): SluiceError {
  return new SluiceError({
    code: 'REVERSE_CHECKPOINT_LOST',
    message: `the source has no checkpoint for the way back of ${pipeline}`,
    remedy: 'Prepare the way back first; where it was prepared, its row in sluice.reverse_checkpoint was deleted.',
    disposition: 'stop',
  });
}
