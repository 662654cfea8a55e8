import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { Position } from '../../src/contract/position.ts';
import type { ViewSource } from '../../src/snapshot/read-view.ts';
import { type TestSource, testSource } from '../mysql/source.ts';
import { head, isAt, pipe, sourceRows, tableNames } from './pipe.ts';
import { Replica } from './replica.ts';
import { KEY_FORMS, Workload } from './workload.ts';

const WRITERS = 3;

export interface RunOptions {
  readonly chunkRows?: number;
  /** After how many marks the pipe is killed, again and again until the snapshot is complete. */
  readonly killEvery?: number;
  readonly views?: ViewSource;
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
  const random = randomFrom(options.chunkRows ?? 3);
  const workload = new Workload(source, KEY_FORMS, random);
  await workload.create(WRITERS);
  const replica = new Replica();
  let start = await head(source);
  const traffic = workload.run(WRITERS);
  try {
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
  const state = new Map(replica.state);
  const { views, chunkRows } = life;
  const stream = await pipe(source, {
    start: life.start,
    state,
    signal: abort.signal,
    parallel: 3,
    ...(views ? { views } : {}),
    ...(chunkRows === undefined ? {} : { chunkRows }),
  });
  for await (const batch of stream) {
    for (const change of batch) {
      replica.apply(change);
      if (change.tag === 'commit' || change.tag === 'idle') reached = change.position;
      if (change.tag === 'mark') marks++;
      if (change.tag === 'commit' && replica.isComplete) checkSums(replica);
    }
    if (replica.isComplete) completeAtMs = Math.min(completeAtMs, performance.now());
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
  test.each([1, 2, 7, 1000])('a database under writes arrives whole with chunks of %i rows', async (chunkRows) => {
    await using source = await testSource(kind, 'interleave');
    const replica = await loadUnderWrites(source, { chunkRows });
    expect(replica.rowsRead).toBeGreaterThan(300);
  });

  test('chunks that choose their own size do the same', async () => {
    await using source = await testSource(kind, 'interleave');
    await loadUnderWrites(source, {});
  });

  test('killed at every chunk and resumed from its marks, the snapshot still arrives whole', async () => {
    await using source = await testSource(kind, 'interleave');
    const replica = await loadUnderWrites(source, { chunkRows: 30, killEvery: 1 });
    expect(replica.state.get('snapshot/complete')).toBe('done');
  });
}
