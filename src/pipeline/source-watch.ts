import { sourceHead } from '../binlog/source-head.ts';
import { SluiceError } from '../contract/error.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';
import { describePosition } from '../position/position.ts';
import { type BeatOptions, writeBeats } from './beat-writer.ts';
import { pause } from './pause.ts';
import type { HeadPoll } from './status/board.ts';
import { ClockOffset } from './status/clock-offset.ts';
import { delayMs } from './supervise.ts';

/** As long as a poll proves something. */
const ANSWER_MS = 10_000;
/** While the source is away: an outage is a handful of tries, and its end is seen soon. */
const LONGEST_DELAY_MS = 4_000;

export interface SourceWatchOptions extends Omit<BeatOptions, 'heartbeat' | 'era'> {
  /** null: no heartbeat is written. */
  readonly heartbeat: BeatOptions['heartbeat'] | null;
  readonly pollMs: number;
  readonly onPoll: (poll: HeadPoll) => void;
  /** Also for each failed try; the watch goes on. */
  readonly onFailure: (error: SluiceError, attempt: number, retryInMs: number) => void;
}

/** Writes the heartbeat and asks for the end of the binlog, each on a session of its own, until aborted. Never fails. */
export async function watchSource(options: SourceWatchOptions): Promise<void> {
  const known = { sessions: 0, era: null as number | null };
  const { heartbeat } = options;
  const beats = heartbeat === null ? [] : [writeBeats({ ...options, heartbeat, era: () => known.era })];
  await Promise.all([pollSource(options, known), ...beats]);
}

async function pollSource(options: SourceWatchOptions, known: { sessions: number; era: number | null }): Promise<void> {
  let attempts = 0;
  const onPoll = (poll: HeadPoll) => {
    attempts = 0;
    known.era = known.sessions;
    options.onPoll(poll);
  };
  while (!options.signal.aborted) {
    known.sessions += 1;
    try {
      await pollSession({ ...options, onPoll });
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      known.era = null;
      attempts += 1;
      const retryInMs = delayMs(attempts, LONGEST_DELAY_MS);
      options.onFailure(error, attempts, retryInMs);
      await pause(retryInMs, options.signal);
    }
  }
}

async function pollSession(options: SourceWatchOptions): Promise<void> {
  const connection = await connectMysql(options.settings);
  try {
    const offset = new ClockOffset();
    while (!options.signal.aborted) {
      options.onPoll(await inTime(connection, () => pollHead(connection, offset)));
      await pause(options.pollMs, options.signal);
    }
  } finally {
    await connection.close();
  }
}

/** The link of a source that does not answer is given up: what was asked fails. */
async function inTime<T>(connection: MysqlConnection, ask: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => connection.cut('the end of the binlog was not told in time'), ANSWER_MS);
  try {
    return await ask();
  } finally {
    clearTimeout(timer);
  }
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
