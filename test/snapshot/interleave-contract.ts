import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { Position } from '../../src/contract/position.ts';
import type { ViewSource } from '../../src/mysql/read-view.ts';
import { type TestSource, testSource } from '../mysql/source.ts';
import { head, isAt, pipe, sourceRows, tableNames } from './pipe.ts';
import { Replica } from './replica.ts';
import { KEY_FORMS, type KeyForm, Workload } from './workload.ts';

export interface RunOptions {
  readonly writers?: number;
  readonly forms?: readonly KeyForm[];
  /** How often all tables are read, one time after another. */
  readonly rounds?: number;
  readonly chunkRows?: number;
  /** After how many marks the pipe is killed, again and again until the snapshot is complete. */
  readonly killEvery?: number;
  readonly views?: () => ViewSource;
}

/** Numbers that look random and are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/**
 * Load and stream of a database under writes. After "complete" the sums must hold at every commit; at the end every
 * table must equal the source's, cell by cell.
 */
export async function loadUnderWrites(source: TestSource, options: RunOptions): Promise<Replica> {
  const { writers = 3, forms = KEY_FORMS } = options;
  const random = randomFrom(options.chunkRows ?? 3);
  const workload = new Workload(source, forms, random);
  await workload.create(writers);
  const replica = new Replica();
  let start = await head(source);
  const traffic = workload.run(writers);
  try {
    while (workload.transactions < 5 * writers) await sleep(5);
    for (let lives = 0; !replica.isComplete; lives++) {
      expect(lives).toBeLessThan(2000);
      start = await live(source, { replica, start, random, ...options });
    }
  } finally {
    workload.stop();
    await traffic;
  }
  await followTo(source, { replica, start, until: await head(source) });
  for (const table of await tableNames(source)) {
    expect(replica.rows(table), table).toEqual(await sourceRows(source, table));
  }
  return replica;
}

interface Life extends RunOptions {
  readonly replica: Replica;
  readonly start: Position;
  readonly random: () => number;
}

/** One life of the pipe: until killed, or until some time after the snapshot is complete. Gives the position it kept. */
async function live(source: TestSource, life: Life): Promise<Position> {
  const { replica, random, killEvery = Number.POSITIVE_INFINITY } = life;
  const abort = new AbortController();
  let reached = life.start;
  let marks = 0;
  let completeAtMs = Number.POSITIVE_INFINITY;
  let rounds = life.rounds ?? 1;
  const state = new Map(replica.state);
  const { views, chunkRows } = life;
  const stream = await pipe(source, {
    start: life.start,
    state,
    signal: abort.signal,
    parallel: 3,
    ...(views ? { views: views() } : {}),
    ...(chunkRows === undefined ? {} : { chunkRows }),
  });
  for await (const batch of stream) {
    const wasComplete = replica.isComplete;
    for (const change of batch) {
      replica.apply(change);
      if (change.tag === 'commit' || change.tag === 'idle') reached = change.position;
      if (change.tag === 'mark') marks++;
      if (change.tag === 'commit' && replica.isComplete) checkSums(replica);
    }
    if (replica.isComplete && !wasComplete && --rounds > 0) {
      stream.add((await tableNames(source)).map((table) => ({ database: source.database, table, rank: 0 })));
    }
    completeAtMs = replica.isComplete ? Math.min(completeAtMs, performance.now()) : Number.POSITIVE_INFINITY;
    if (marks >= killEvery && isBetween(batch)) break;
    if (performance.now() - completeAtMs > 300 && isBetween(batch)) break;
    if (random() < 0.02) await sleep(2);
  }
  abort.abort();
  return reached;
}

function isBetween(batch: readonly Change[]): boolean {
  const last = batch.at(-1);
  return last?.tag === 'commit' || last?.tag === 'idle' || last?.tag === 'mark';
}

async function followTo(
  source: TestSource,
  { replica, start, until }: { readonly replica: Replica; readonly start: Position; readonly until: Position },
): Promise<void> {
  const abort = new AbortController();
  const stream = await pipe(source, { start, state: replica.state, signal: abort.signal });
  for await (const batch of stream) {
    for (const change of batch) {
      replica.apply(change);
      if (change.tag === 'commit') checkSums(replica);
    }
    if (batch.some((change) => isAt(change, until))) break;
  }
  abort.abort();
}

function checkSums(replica: Replica): void {
  const sums = new Map<string, { n: number; s: number }>();
  for (const { table } of KEY_FORMS) {
    for (const [w = '', v = '0'] of replica.cells(table, ['w', 'v'])) {
      const sum = sums.get(w) ?? { n: 0, s: 0 };
      sums.set(w, { n: sum.n + 1, s: sum.s + Number(v) });
    }
  }
  for (const [w = '', n, s] of replica.cells('total', ['w', 'n', 's'])) {
    expect(sums.get(w), `writer ${w}`).toEqual({ n: Number(n), s: Number(s) });
  }
}

export function interleaveContract(kind: TestSource['kind']): void {
  test.each([
    [1, 1],
    [2, 1],
    [7, 3],
    [1000, 6],
  ])('a database under writes arrives whole with chunks of %i rows, read %i times', async (chunkRows, rounds) => {
    await using source = await testSource(kind, 'interleave');
    const replica = await loadUnderWrites(source, { chunkRows, rounds });
    expect(replica.rowsRead).toBeGreaterThan(200 * rounds);
    expect(replica.changesWhileLoading).toBeGreaterThan(0);
  });

  test('chunks that choose their own size do the same', async () => {
    await using source = await testSource(kind, 'interleave');
    await loadUnderWrites(source, { rounds: 5 });
  });

  test('killed at every chunk and resumed from its marks, the snapshot still arrives whole', async () => {
    await using source = await testSource(kind, 'interleave');
    const replica = await loadUnderWrites(source, { chunkRows: 30, killEvery: 1, forms: KEY_FORMS.slice(0, 4) });
    expect(replica.state.get('snapshot/complete')).toBe('done');
  });
}
