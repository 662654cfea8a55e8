import { AvroReader } from '../avro/reader.ts';
import { fieldOffsets, rowLayout } from '../column/row.ts';
import type { Change, RowChange } from '../contract/change.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';

/** State map entry: microseconds since 1970 UTC by the clock of the process that wrote the beat. */
export const HEARTBEAT_STATE = 'heartbeat';

const TABLE = 'heartbeat';

/** Where the heartbeat lives: a small database of our own on the source (protocols 8). */
export interface Heartbeat {
  readonly database: string;
  readonly pipeline: string;
}

export function heartbeatDdl(database: string): readonly string[] {
  return [
    `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(database)}`,
    `CREATE TABLE IF NOT EXISTS ${quoteTable({ database, table: TABLE })} (
  pipeline varchar(64) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  beat_us bigint NOT NULL
) ENGINE=InnoDB`,
  ];
}

/** Parameters: pipeline, microseconds. */
export function heartbeatStatement(database: string): string {
  return `INSERT INTO ${quoteTable({ database, table: TABLE })} (pipeline, beat_us) VALUES (?, ?)
ON DUPLICATE KEY UPDATE beat_us = VALUES(beat_us)`;
}

export function isHeartbeatTable(heartbeat: Heartbeat, database: string, table: string): boolean {
  return database === heartbeat.database && table === TABLE;
}

/**
 * Takes the heartbeat rows out of the stream: they are not published, the beat travels as state of the epoch in which
 * its transaction stands.
 */
export async function* withoutHeartbeats(
  stream: AsyncIterable<readonly Change[]>,
  heartbeat: Heartbeat,
): AsyncIterable<readonly Change[]> {
  const taker = new BeatTaker(heartbeat);
  for await (const batch of stream) yield taker.take(batch);
}

class BeatTaker {
  readonly #heartbeat: Heartbeat;
  #beat: string | null = null;

  constructor(heartbeat: Heartbeat) {
    this.#heartbeat = heartbeat;
  }

  take(batch: readonly Change[]): readonly Change[] {
    if (this.#beat === null && !batch.some((change) => this.#isOurs(change))) return batch;
    const kept: Change[] = [];
    for (const change of batch) {
      if (!this.#isOurs(change)) kept.push(change);
      else if (change.tag === 'row') this.#note(change);
      if (change.tag === 'commit' && this.#beat !== null) {
        kept.push({ tag: 'mark', state: new Map([[HEARTBEAT_STATE, this.#beat]]) });
        this.#beat = null;
      }
    }
    return kept;
  }

  #isOurs(change: Change): boolean {
    if (change.tag === 'schema') return isHeartbeatTable(this.#heartbeat, change.database, change.table);
    if (change.tag !== 'row' && change.tag !== 'truncate') return false;
    return isHeartbeatTable(this.#heartbeat, change.table.database, change.table.table);
  }

  #note(change: RowChange): void {
    const beat = change.after ? readBeat(change, change.after) : null;
    if (beat?.pipeline === this.#heartbeat.pipeline) this.#beat = beat.us;
  }
}

function readBeat(change: RowChange, row: Uint8Array): { pipeline: string; us: string } | null {
  const { table } = change;
  const names = table.columns.map((column) => column.name);
  const offsets = fieldOffsets(rowLayout(table), row);
  const pipelineAt = offsets[names.indexOf('pipeline')];
  const beatAt = offsets[names.indexOf('beat_us')];
  if (pipelineAt === undefined || beatAt === undefined) return null;
  const pipeline = new AvroReader().over(row, pipelineAt).string();
  return { pipeline, us: String(new AvroReader().over(row, beatAt).bigLong()) };
}
