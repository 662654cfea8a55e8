import { SluiceError } from '../contract/error.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../mysql/connection.ts';
import { endThread } from '../mysql/thread.ts';
import { type Heartbeat, heartbeatDdl, heartbeatStatement } from './heartbeat.ts';
import { pause } from './pause.ts';
import { delayMs } from './supervise.ts';

/** Longer than the server waits for a lock on our behalf, and than the end of the binlog is waited for. */
const WRITE_MS = 12_000;
const SESSION = 'SET SESSION lock_wait_timeout = 5, innodb_lock_wait_timeout = 5';
const LONGEST_DELAY_MS = 10_000;
const LOOK_MS = 100;
/** Of the whole source, as who asks for its end tells first. */
const AWAY = new Set(['SOURCE_UNREACHABLE', 'SOURCE_CONNECTION_LOST']);

export interface BeatOptions {
  readonly settings: MysqlSettings;
  readonly heartbeat: Heartbeat & { readonly everyMs: number };
  /** Writes a beat unless the source is fenced (protocols 8); answers whether it did. */
  readonly unlessFenced: (source: MysqlConnection, beat: () => Promise<void>) => Promise<boolean>;
  /** Another number each time that the source came back; null while it does not answer. */
  readonly era: () => number | null;
  readonly signal: AbortSignal;
  readonly onBeat: (writtenAtMs: number) => void;
  /** `retryInMs` null: no beat is tried before the source was away and came back. */
  readonly onBeatFailure: (error: SluiceError, attempt: number, retryInMs: number | null) => void;
}

/**
 * Writes the heartbeat until aborted, on a session of its own: a beat that waits for a lock or a full disk holds up
 * nothing by which the lag is measured, is given up and told (INV-241). Never fails.
 */
export async function writeBeats(options: BeatOptions): Promise<void> {
  const { signal, era, onBeat, onBeatFailure } = options;
  let failures = 0;
  const written = (atMs: number) => {
    failures = 0;
    onBeat(atMs);
  };
  while (!signal.aborted) {
    const now = era();
    try {
      if (now !== null) await beatSession(now, { ...options, onBeat: written });
      await pause(LOOK_MS, signal);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      failures += 1;
      const retryInMs = delayMs(failures, LONGEST_DELAY_MS);
      if (failures > 1 || !AWAY.has(error.code)) onBeatFailure(error, failures, retryInMs);
      await pause(retryInMs, signal);
    }
  }
}

/** Until the source is not the same any more. Without the right to make our database that is all it waits for. */
async function beatSession(now: number, options: BeatOptions): Promise<void> {
  const { settings, heartbeat, signal, era, onBeat } = options;
  const connection = await connectMysql(settings);
  let state: 'new' | 'made' | 'refused' = 'new';
  try {
    await connection.run(SESSION);
    while (!signal.aborted && era() === now) {
      if (state === 'new') state = await inTime(connection, options, () => made(connection, options));
      const atMs = Date.now();
      const isWritten = state === 'made' && (await inTime(connection, options, () => beat(connection, options, atMs)));
      if (isWritten) onBeat(atMs);
      await pause(heartbeat.everyMs, signal);
    }
  } finally {
    await connection.close();
  }
}

async function beat(connection: MysqlConnection, { heartbeat, unlessFenced }: BeatOptions, atMs: number) {
  const values = [heartbeat.pipeline, BigInt(atMs) * 1000n];
  return await unlessFenced(connection, () => connection.run(heartbeatStatement(heartbeat.database), values));
}

/** A fenced source refuses DDL as well: it is made with the first beat. */
async function made(connection: MysqlConnection, options: BeatOptions): Promise<'new' | 'made' | 'refused'> {
  const isOpen = await options.unlessFenced(connection, async () => {});
  if (!isOpen) return 'new';
  try {
    for (const statement of heartbeatDdl(options.heartbeat.database)) await connection.run(statement);
    return 'made';
  } catch (error) {
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    options.onBeatFailure(error, 1, null);
    return 'refused';
  }
}

/** What is given up is ended at the server too, which would write it whenever it could. HEARTBEAT_BLOCKED while it answers. */
async function inTime<T>(connection: MysqlConnection, options: BeatOptions, write: () => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    connection.cut('a heartbeat was not written in time');
  }, WRITE_MS);
  try {
    return await write();
  } catch (error) {
    const isLate = late.signal.aborted && options.era() !== null;
    const isLock = error instanceof SluiceError && error.code === 'SOURCE_LOCK_CONFLICT';
    if (!isLate && !isLock) throw error;
    if (isLate) await endLate(connection.threadId, options.settings);
    throw blocked(error);
  } finally {
    clearTimeout(timer);
  }
}

async function endLate(threadId: number, settings: MysqlSettings): Promise<void> {
  try {
    const connection = await connectMysql(settings);
    await endThread(connection, threadId).finally(() => connection.close());
  } catch (error) {
    // The source is away: told by who asks for its end.
    if (!(error instanceof SluiceError)) throw error;
  }
}

function blocked(cause: unknown): SluiceError {
  return new SluiceError({
    code: 'HEARTBEAT_BLOCKED',
    message: 'the source answers, but did not write the heartbeat in time; it was given up',
    remedy:
      'Look there for a lock on everything (FLUSH TABLES WITH READ LOCK of a backup), a full disk, a replica that must confirm: the application waits for it too. The lag is still measured, by the end of the binlog.',
    disposition: 'retry',
    cause,
  });
}
