import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import { connectPostgres, type PostgresSession } from '../../postgres/connection.ts';
import { emitHeartbeat } from '../../postgres/wal-message.ts';
import { readSlot } from '../../wal/slot.ts';
import type { ReversePlace } from './place.ts';
import type { ReverseProgress } from './progress.ts';

export interface WatchOptions {
  readonly config: Config;
  readonly place: ReversePlace;
  readonly progress: ReverseProgress;
  readonly signal: AbortSignal;
  /** How long a word of the target's is waited for; then its link is given up. */
  readonly answerMs: number;
}

const EVERY_MS = 1_000;

/** Writes the target's heartbeat and asks for its end and for the slot, until aborted. Never fails: what it cannot ask is not known. */
export async function watchReverse(options: WatchOptions): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await watchSession(options);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      options.progress.failed('watch', error, 1);
    }
    await pause(options.signal);
  }
}

async function watchSession(options: WatchOptions): Promise<void> {
  const session = await connectPostgres(targetLogin(options.config));
  try {
    while (!options.signal.aborted) {
      await inTime(session, options);
      await pause(options.signal);
    }
  } finally {
    await session.close();
  }
}

/** A link that the network has lost without a word would be waited on for a quarter of an hour. */
async function inTime(session: PostgresSession, options: WatchOptions): Promise<void> {
  const timer = setTimeout(() => session.cut('the server says nothing any more'), options.answerMs);
  try {
    await ask(session, options);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(session: PostgresSession, { config, place, progress }: WatchOptions): Promise<void> {
  const us = BigInt(Date.now()) * 1000n;
  await emitHeartbeat(session, config.pipeline, us);
  progress.beat(us);
  const slot = await readSlot(session, place.slot);
  const { rows } = await session.query('SELECT pg_current_wal_lsn()::text AS lsn');
  progress.head(rows[0]?.['lsn'] ?? '0/0', slot, Date.now());
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
}
