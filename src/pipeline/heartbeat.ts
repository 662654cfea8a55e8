import { AvroReader } from '../avro/reader.ts';
import { fieldOffsets, rowLayout } from '../column/row.ts';
import { HEARTBEAT_DATABASE } from '../config/config.ts';
import type { Change, RowChange } from '../contract/change.ts';

export const HEARTBEAT_TABLE = 'heartbeat';
/** State map entry: microseconds since 1970 UTC by the clock of the process that wrote the beat. */
export const HEARTBEAT_STATE = 'heartbeat';

export const HEARTBEAT_DDL = [
  `CREATE DATABASE IF NOT EXISTS \`${HEARTBEAT_DATABASE}\``,
  `CREATE TABLE IF NOT EXISTS \`${HEARTBEAT_DATABASE}\`.\`${HEARTBEAT_TABLE}\` (
  pipeline varchar(64) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  beat_us bigint NOT NULL
) ENGINE=InnoDB`,
] as const;

export const HEARTBEAT_BEAT = `INSERT INTO \`${HEARTBEAT_DATABASE}\`.\`${HEARTBEAT_TABLE}\` (pipeline, beat_us) VALUES (?, ?)
ON DUPLICATE KEY UPDATE beat_us = VALUES(beat_us)`;

export function isHeartbeat(database: string, table: string): boolean {
  return database === HEARTBEAT_DATABASE && table === HEARTBEAT_TABLE;
}

/**
 * Takes the heartbeat rows out of the stream: they are not published, the beat travels as state of the epoch in which
 * its transaction stands.
 */
export async function* withoutHeartbeats(
  stream: AsyncIterable<readonly Change[]>,
  pipeline: string,
): AsyncIterable<readonly Change[]> {
  const taker = new BeatTaker(pipeline);
  for await (const batch of stream) yield batch.some(isBeatRow) || taker.hasBeat ? taker.take(batch) : batch;
}

class BeatTaker {
  readonly #pipeline: string;
  #beat: string | null = null;

  constructor(pipeline: string) {
    this.#pipeline = pipeline;
  }

  get hasBeat(): boolean {
    return this.#beat !== null;
  }

  take(batch: readonly Change[]): Change[] {
    const kept: Change[] = [];
    for (const change of batch) {
      if (isBeatRow(change)) this.#note(change);
      else kept.push(change);
      if (change.tag === 'commit' && this.#beat !== null) {
        kept.push({ tag: 'mark', state: new Map([[HEARTBEAT_STATE, this.#beat]]) });
        this.#beat = null;
      }
    }
    return kept;
  }

  #note(change: RowChange): void {
    const beat = change.after ? readBeat(change, change.after) : null;
    if (beat && beat.pipeline === this.#pipeline) this.#beat = beat.us;
  }
}

function isBeatRow(change: Change): change is RowChange {
  return change.tag === 'row' && isHeartbeat(change.table.database, change.table.table);
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
