/** The shop's live traffic: multi-row, multi-table transactions that keep the shop's invariants at every commit. */
import { openSession, serverKind } from '../server.ts';
import { TrafficCounters } from './counter.ts';
import { ORDINARY_MIX, type TrafficMix } from './mix.ts';
import { Worker, type WorkerOptions } from './worker.ts';

export type TrafficOptions = {
  readonly url: string;
  readonly database: string;
  readonly seed: number;
  /** Ends the traffic after the transactions in hand. */
  readonly signal?: AbortSignal;
  /** Of all workers together; without it as fast as the server answers. */
  readonly ratePerSecond?: number;
  readonly workers?: number;
  /** How many transactions are tried in all. */
  readonly maxTransactions?: number;
  /** Shares that differ from the ordinary ones; 0 leaves a kind of transaction out. */
  readonly mix?: Partial<TrafficMix>;
  /** Called after each transaction with the counters so far. */
  readonly onTransaction?: (counters: TrafficCounters) => void;
};

/** Milliseconds in base 36, the last seven digits: the same again after two years. */
function nonceOf(nowMs: number): string {
  return nowMs.toString(36).slice(-7).padStart(7, '0');
}

type SharedOptions = Omit<WorkerOptions, 'worker' | 'maxTransactions'>;

async function prepare(options: TrafficOptions, stop: AbortSignal): Promise<SharedOptions> {
  const { url, database, seed, workers = 2, ratePerSecond } = options;
  const counters = new TrafficCounters();
  const connection = await openSession({ url, database });
  try {
    return {
      url,
      database,
      seed,
      nonce: nonceOf(Date.now()),
      server: await serverKind(connection),
      mix: { ...ORDINARY_MIX, ...options.mix },
      counters,
      signal: stop,
      intervalMs: ratePerSecond === undefined ? 0 : (1000 * workers) / ratePerSecond,
      onTransaction: () => options.onTransaction?.(counters),
    };
  } finally {
    await connection.end();
  }
}

function shareOf(total: number, workers: number, worker: number): number {
  if (!Number.isFinite(total)) return total;
  return Math.floor(total / workers) + (worker < total % workers ? 1 : 0);
}

/** Runs until the signal or `maxTransactions`. Deadlocks are tried again; a lost connection is opened anew. */
export async function runTraffic(options: TrafficOptions): Promise<TrafficCounters> {
  const { workers = 2, maxTransactions = Number.POSITIVE_INFINITY } = options;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const shared = await prepare(options, signal);
  const runs = Array.from({ length: workers }, async (_, worker) => {
    try {
      await new Worker({ ...shared, worker, maxTransactions: shareOf(maxTransactions, workers, worker) }).run();
    } catch (error) {
      // One worker's programming error ends all of them.
      stop.abort();
      throw error;
    }
  });
  const failed = (await Promise.allSettled(runs)).find((run) => run.status === 'rejected');
  if (failed) throw failed.reason;
  return shared.counters;
}
