import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { type Line, pause } from '../e2e/line.ts';

export interface BurstOptions {
  readonly transactions: number;
  /** The target stands still for so long from the first commit on. */
  readonly holdMs: number;
}

/**
 * Commits transactions one after another, and looks from a link of its own at when a reader of the target sees each: an
 * independent measurement of latency, milliseconds by this machine's monotonic clock, ascending.
 */
export async function burst(
  line: Line,
  { transactions, holdMs }: BurstOptions,
): Promise<{ readonly measured: readonly number[] }> {
  const source = await createConnection(line.source.url);
  const target = new Client({ connectionString: line.target.url });
  await target.connect();
  try {
    await source.query('CREATE TABLE burst (id int PRIMARY KEY)');
    await untilThere(target);
    if (holdMs > 0) line.proxies?.target.stall();
    const beganMs = performance.now();
    const committedMs: number[] = [];
    const commit = async () => {
      for (let id = 1; id <= transactions; id++) {
        await source.query('INSERT INTO burst VALUES (?)', [id]);
        committedMs.push(performance.now());
      }
      await pause(Math.max(0, holdMs - (performance.now() - beganMs)));
      line.proxies?.target.heal();
    };
    const [seenMs] = await Promise.all([watch(target, transactions), commit()]);
    return { measured: seenMs.map((atMs, at) => atMs - (committedMs[at] ?? 0)).sort((a, b) => a - b) };
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
}

async function untilThere(target: Client): Promise<void> {
  for (;;) {
    const { rows } = await target.query("SELECT to_regclass('burst') IS NOT NULL AS there");
    if (rows[0].there === true) return;
    await pause(50);
  }
}

/** When each id was seen first: they become visible in order. */
async function watch(target: Client, transactions: number): Promise<readonly number[]> {
  const seenMs: number[] = [];
  while (seenMs.length < transactions) {
    const { rows } = await target.query('SELECT coalesce(max(id), 0) AS last FROM burst');
    const atMs = performance.now();
    while (seenMs.length < rows[0].last) seenMs.push(atMs);
    await pause(10);
  }
  return seenMs;
}
