import { sourceHead } from '../binlog/source-head.ts';
import { SluiceError } from '../contract/error.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../mysql/connection.ts';
import { describePosition } from '../position/position.ts';
import type { HeadPoll } from './board.ts';
import { ClockOffset } from './clock-offset.ts';
import { type Heartbeat, heartbeatDdl, heartbeatStatement } from './heartbeat.ts';
import { pause } from './pause.ts';

export interface SourceWatchOptions {
  readonly settings: MysqlSettings;
  /** null: no heartbeat is written. */
  readonly heartbeat: (Heartbeat & { readonly everyMs: number }) | null;
  /** No beat is written meanwhile: the source is fenced (protocols 8). */
  readonly isResting?: () => boolean;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  readonly onPoll: (poll: HeadPoll) => void;
  readonly onBeat: (writtenAtMs: number) => void;
  /** Also for each failed try; the watch goes on. */
  readonly onFailure: (error: SluiceError) => void;
}

/** Writes the heartbeat and asks for the end of the binlog, on a session of its own, until aborted. Never fails. */
export async function watchSource(options: SourceWatchOptions): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await watchSession(options);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      options.onFailure(error);
    }
    await pause(options.pollMs, options.signal);
  }
}

async function watchSession(options: SourceWatchOptions): Promise<void> {
  const connection = await connectMysql(options.settings);
  try {
    const beat = await heartbeatWriter(connection, options);
    const offset = new ClockOffset();
    while (!options.signal.aborted) {
      await beat();
      options.onPoll(await pollHead(connection, offset));
      await pause(options.pollMs, options.signal);
    }
  } finally {
    await connection.close();
  }
}

/** Writes a beat when one is due. Without the right to make our database there is none, which is said once a session. */
async function heartbeatWriter(connection: MysqlConnection, options: SourceWatchOptions): Promise<() => Promise<void>> {
  const { heartbeat, isResting = () => false } = options;
  if (heartbeat === null) return async () => {};
  try {
    for (const statement of heartbeatDdl(heartbeat.database)) await connection.run(statement);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    options.onFailure(error);
    return async () => {};
  }
  let lastMs = 0;
  return async () => {
    const nowMs = Date.now();
    if (nowMs - lastMs < heartbeat.everyMs || isResting()) return;
    await connection.run(heartbeatStatement(heartbeat.database), [heartbeat.pipeline, BigInt(nowMs) * 1000n]);
    lastMs = nowMs;
    options.onBeat(nowMs);
  };
}

/** The head, and the source's clock against ours. */
async function pollHead(connection: MysqlConnection, offset: ClockOffset): Promise<HeadPoll> {
  const askedAtMs = Date.now();
  const clock = await connection.row(
    `SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000 AS DECIMAL(20, 0)) AS ms,
            @@GLOBAL.binlog_expire_logs_seconds AS kept_seconds`,
  );
  const theirsMs = Number(clock['ms']);
  const answeredAtMs = Date.now();
  offset.add(theirsMs, askedAtMs, answeredAtMs);
  const clockOffsetMs = offset.ms ?? theirsMs - answeredAtMs;
  const keptMs = Number(clock['kept_seconds']) * 1000 || null;
  const atMs = Date.now();
  const position = await sourceHead(connection);
  return { position, text: describePosition(position), atMs, clockOffsetMs, keptMs };
}
