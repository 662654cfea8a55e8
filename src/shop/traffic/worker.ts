/** One connection of the traffic: transaction after transaction, each from its own place in the worker's random stream. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { indexSeed, Random, streamSeed } from '../random.ts';
import { openSession, type ServerKind } from '../server.ts';
import type { TrafficCounters } from './counter.ts';
import { readFacts, type ShopFacts } from './fact.ts';
import { errnoOf, failureKind, isConnectionLost } from './failure.ts';
import { type ActionName, chooseAction, type TrafficMix } from './mix.ts';
import { endPrepared, runLocal, runXa } from './transaction.ts';
import { type Outcome, Work } from './work.ts';

const MAX_TRIES = 20;
const XA_ONE_IN = 40;
const ERROR_PAUSE_MS = 100;
/** So that new rows are chosen as well as old ones. */
const FACTS_EVERY_TRANSACTIONS = 200;

export type WorkerOptions = {
  readonly url: string;
  readonly database: string;
  readonly seed: number;
  readonly worker: number;
  /** Makes texts of this run unlike those of any other run. */
  readonly nonce: string;
  readonly server: ServerKind;
  readonly mix: TrafficMix;
  readonly counters: TrafficCounters;
  readonly signal: AbortSignal;
  readonly maxTransactions: number;
  /** From one transaction's start to the next; 0 is as fast as the server answers. */
  readonly intervalMs: number;
  readonly onTransaction: () => void;
};

export class Worker {
  readonly #options: WorkerOptions;
  readonly #stream: number;
  #connection: Connection | undefined;
  #facts: ShopFacts | undefined;
  /** Two-phase, and no answer came to it: prepared, it would hold its locks without end. */
  #undecided: string | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#stream = streamSeed(options.seed, `worker ${options.worker}`);
  }

  /** Works until the signal, or until `maxTransactions` were tried. */
  async run(): Promise<void> {
    const { signal, maxTransactions, intervalMs, onTransaction } = this.#options;
    const startMs = performance.now();
    try {
      for (let sequence = 0; sequence < maxTransactions && !signal.aborted; sequence++) {
        const waitMs = startMs + sequence * intervalMs - performance.now();
        if (waitMs > 0 && !(await pause(waitMs, signal))) return;
        await this.#transact(sequence);
        onTransaction();
      }
    } finally {
      await this.#close();
    }
  }

  async #transact(sequence: number): Promise<void> {
    const { mix, counters, server, signal, worker } = this.#options;
    const seed = indexSeed(this.#stream, sequence);
    const { name } = chooseAction(mix, new Random(seed));
    for (let tries = 1; ; tries++) {
      try {
        const work = await this.#attempt(sequence, seed);
        if (work.outcome === 'commit') counters.commit(name, work.counts);
        else counters.rolledBack++;
        return;
      } catch (error) {
        const kind = failureKind(error, server);
        if (kind === 'error' || tries === MAX_TRIES) return await this.#fail(name, error, signal);
        if (kind === 'conflict') counters.conflicts++;
        else counters.retries++;
        // Longer each time and not the same for all workers, so that they do not meet again.
        if (kind === 'conflict' || !(await pause(tries * (1 + (worker % 4)), signal))) return;
      }
    }
  }

  /** The choices come from the seed alone, so that another try makes the same ones. */
  async #attempt(sequence: number, seed: number): Promise<{ outcome: Outcome; counts: Work['counts'] }> {
    const { mix, nonce, worker, counters } = this.#options;
    const random = new Random(seed);
    const { action } = chooseAction(mix, random);
    const isXa = random.oneIn(XA_ONE_IN);
    const decision = random.oneIn(3) ? 'rollback' : 'commit';
    const connection = await this.#connect();
    const facts = await this.#factsAt(sequence, connection);
    const unique = `${nonce}${worker.toString(36)}${sequence.toString(36).padStart(5, '0')}`;
    const work = new Work({ connection, random, facts, unique });
    const run = { connection, work, action };
    if (!isXa) return { outcome: await runLocal(run), counts: work.counts };
    const xid = `shop-${unique}`;
    this.#undecided = xid;
    const outcome = await runXa(run, xid, decision);
    this.#undecided = undefined;
    counters.xaTransactions++;
    return { outcome, counts: work.counts };
  }

  async #factsAt(sequence: number, connection: Connection): Promise<ShopFacts> {
    if (!this.#facts || sequence % FACTS_EVERY_TRANSACTIONS === 0) this.#facts = await readFacts(connection);
    return this.#facts;
  }

  async #connect(): Promise<Connection> {
    if (this.#connection) return this.#connection;
    const { url, database } = this.#options;
    const connection = await openSession({ url, database });
    // The next statement reports a lost connection; unheard, the event would end the process.
    connection.on('error', () => undefined);
    this.#connection = connection;
    if (this.#undecided !== undefined) await endPrepared(connection, this.#undecided);
    this.#undecided = undefined;
    return connection;
  }

  async #fail(action: ActionName, error: unknown, signal: AbortSignal): Promise<void> {
    const { counters } = this.#options;
    if (!(error instanceof Error) || (errnoOf(error) === undefined && !isConnectionLost(error))) throw error;
    counters.fail({ action, errno: errnoOf(error), message: error.message });
    if (isConnectionLost(error) && this.#connection) {
      this.#connection.destroy();
      this.#connection = undefined;
      counters.reconnects++;
    }
    await pause(ERROR_PAUSE_MS, signal);
  }

  async #close(): Promise<void> {
    if (this.#undecided !== undefined) await this.#connect();
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.end().catch(() => connection.destroy());
  }
}

/** False when the signal came first. */
async function pause(waitMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(waitMs, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
