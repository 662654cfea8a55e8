import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SluiceError } from '../../src/contract/error.ts';
import { attemptStatus } from '../../src/cutover/attempt-status.ts';
import type { Attempt, Journal } from '../../src/cutover/journal.ts';
import { RUNNER_POINTS, Runner, type RunnerPoint } from '../../src/cutover/runner.ts';
import type { Step } from '../../src/cutover/step.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { goOn, newAttempt, runAttempt, runnerOptions, WORLD_DDL, World, worldJournal, worldSteps } from './world.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer('postgres');
});
afterAll(() => server.stop());

/** A world of its own, gone at the end of the scope. */
async function freshWorld(): Promise<AsyncDisposable & { readonly world: World }> {
  const database: FreshDatabase = await freshDatabase(server, 'cutover');
  const world = await World.open(database.url);
  await world.session.query(WORLD_DDL);
  return {
    world,
    [Symbol.asyncDispose]: async () => {
      await world.close();
      await database.drop();
    },
  };
}

/** Exactly one side is open, and it is the one where the application writes. */
async function expectOneOpenSide(world: World, side: 'source' | 'target'): Promise<void> {
  const other = side === 'source' ? 'target' : 'source';
  expect({ [side]: await world.get(side), [other]: await world.get(other), app: await world.get('app') }).toEqual({
    [side]: 'open',
    [other]: 'closed',
    app: side,
  });
}

const failing = {
  run: async (): Promise<string> => {
    throw new SluiceError({ code: 'SOURCE_X', message: 'it fails', remedy: 'Mend it.', disposition: 'stop' });
  },
};

test('a cutover in which every step succeeds ends with the target open and the source closed', async () => {
  await using it = await freshWorld();
  const attempt = await runAttempt(it.world);
  await expectOneOpenSide(it.world, 'target');
  expect(attempt).toMatchObject({ outcome: 'committed', isOver: true, reason: null });
  expect(attempt.steps.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done', 'done']);
  expect(await it.world.get('stream')).toBe('closed');
  const told = attemptStatus(attempt, Date.now() + 60_000);
  expect(told.writeBlockMs).toBe((attempt.openedAtMs ?? 0) - (attempt.blockedAtMs ?? 0));
  expect(JSON.stringify(told)).not.toContain('record');
});

test('a rehearsal does everything up to the point of no return and puts all back', async () => {
  await using it = await freshWorld();
  const attempt = await runAttempt(it.world, { attempt: { isRehearsal: true } });
  await expectOneOpenSide(it.world, 'source');
  expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true, reason: 'a rehearsal ends here' });
  expect([await it.world.get('hook'), await it.world.get('stream')]).toEqual(['', 'at end']);
});

test.each(['hook', 'fence', 'drain'])('when %s fails everything is put back, and the reason is kept', async (name) => {
  await using it = await freshWorld();
  const attempt = await runAttempt(it.world, { steps: worldSteps(it.world, { [name]: failing }) });
  await expectOneOpenSide(it.world, 'source');
  expect(attempt).toMatchObject({
    outcome: 'aborted',
    isOver: true,
    reason: expect.stringContaining(`${name} failed: it fails (SOURCE_X). Mend it.`),
  });
});

test('what fails beyond the point of no return is tried until it is done', async () => {
  await using it = await freshWorld();
  let tries = 0;
  const flip = {
    run: async () => {
      if (++tries < 4) throw new Error('the application does not answer');
      await it.world.set('app', 'target');
      return 'flipped';
    },
  };
  await runAttempt(it.world, { steps: worldSteps(it.world, { flip }) });
  await expectOneOpenSide(it.world, 'target');
  expect(tries).toBe(4);
});

test('beyond the point of no return a step has its own time, though the limit of the write block has passed', async () => {
  await using it = await freshWorld();
  let tries = 0;
  const flip: Partial<Step> = {
    run: async ({ signal }) => {
      tries++;
      await sleep(100, undefined, { signal });
      return await it.world.turn('app', 'target');
    },
  };
  const now = Date.now;
  const laterBy = (ms: number) => void vi.spyOn(Date, 'now').mockImplementation(() => now() + ms);
  const onPoint = (point: RunnerPoint) => (point === 'committed' ? laterBy(3_600_000) : undefined);
  try {
    await runAttempt(it.world, { steps: worldSteps(it.world, { flip }), onPoint });
  } finally {
    vi.restoreAllMocks();
  }
  await expectOneOpenSide(it.world, 'target');
  expect(tries).toBe(1);
});

test('what a step waits for is shown while it runs', async () => {
  await using it = await freshWorld();
  const told: (string | null)[] = [];
  const drain: Partial<Step> = {
    run: async ({ tell }) => {
      await tell('waiting for the sink');
      return 'drained';
    },
  };
  const onChange = ({ steps }: Attempt) => {
    const step = steps.find(({ name }) => name === 'drain');
    if (step?.state === 'running') told.push(step.detail);
  };
  await runAttempt(it.world, { steps: worldSteps(it.world, { drain }), onChange });
  expect(told).toContain('waiting for the sink');
});

test('an undo that fails is tried until it is done', async () => {
  await using it = await freshWorld();
  let tries = 0;
  const fence = {
    undo: async () => {
      if (++tries < 4) throw new Error('the source does not answer');
      await it.world.set('source', 'open');
      return 'open';
    },
  };
  await runAttempt(it.world, { steps: worldSteps(it.world, { fence, drain: failing }) });
  await expectOneOpenSide(it.world, 'source');
});

test('a step that hangs, deaf to its signal, is left behind at the limit of the write block and all is put back', async () => {
  await using it = await freshWorld();
  const drain = { run: () => new Promise<string>(() => {}) };
  const steps = worldSteps(it.world, { drain });
  const attempt = await runAttempt(it.world, { steps, attempt: { writeBlockLimitMs: 300 } });
  await expectOneOpenSide(it.world, 'source');
  expect(attempt.reason).toMatch(/CUTOVER_STEP_TIME|write block has reached its limit/);
});

test('an abort that is asked for while a step runs puts all back', async () => {
  await using it = await freshWorld();
  const abort = new AbortController();
  const drain = {
    run: async ({ signal }: { signal: AbortSignal }) => {
      abort.abort(new Error('asked for by the operator'));
      await once(signal, 'abort').catch(() => {});
      signal.throwIfAborted();
      return '';
    },
  };
  const attempt = await runAttempt(it.world, { steps: worldSteps(it.world, { drain }), abort: abort.signal });
  await expectOneOpenSide(it.world, 'source');
  expect(attempt.reason).toContain('asked for by the operator');
});

test('changes that come after the drain keep the point of no return from being passed', async () => {
  await using it = await freshWorld();
  const drain = { run: () => it.world.turn('stream', 'further') };
  const attempt = await runAttempt(it.world, { steps: worldSteps(it.world, { drain }) });
  await expectOneOpenSide(it.world, 'source');
  expect(attempt.reason).toContain('CUTOVER_STREAM_MOVED');
});

test('two cutovers of one pipeline cannot run at once', async () => {
  await using it = await freshWorld();
  const [one, two] = [worldJournal(it.world, 'one'), worldJournal(it.world, 'two')];
  const begun = await Promise.allSettled([one, two].map((journal) => journal.begin(newAttempt(worldSteps(it.world)))));
  expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(begun.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CUTOVER_RUNNING' } });
  await Promise.all([one.close(), two.close()]);
});

test('a process whose attempt was taken over can neither commit it nor note anything', async () => {
  await using it = await freshWorld();
  const [one, two] = [worldJournal(it.world, 'one'), worldJournal(it.world, 'two')];
  const steps = worldSteps(it.world, { drain: { run: () => two.takeOver('1').then(() => 'drained') } });
  const attempt = await one.begin(newAttempt(steps));
  const zombie = new Runner(attempt, runnerOptions({ journal: one, steps }));
  await expect(zombie.run()).rejects.toMatchObject({ code: 'CUTOVER_TAKEN_OVER' });
  expect(await it.world.get('stream')).toBe('at end');
  await goOn(it.world);
  await expectOneOpenSide(it.world, 'source');
  await Promise.all([one.close(), two.close()]);
});

test('a target that vanishes during the drain does not keep the source closed', async () => {
  await using it = await freshWorld();
  const journal = worldJournal(it.world, 'one');
  const seen: string[] = [];
  let isGone = false;
  const drain = {
    run: async () => {
      isGone = true;
      throw new Error('the target does not answer');
    },
  };
  const attempt = await runAttempt(it.world, {
    steps: worldSteps(it.world, { drain }),
    journal: away(journal, () => isGone),
    onPoint: async (point, step) => {
      if (point !== 'step-undone' || step !== 'hook') return;
      seen.push(await it.world.get('source'));
      isGone = false;
    },
  });
  expect(seen).toEqual(['open']);
  expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
  expect(await journal.last()).toEqual(attempt);
  await journal.close();
});

describe('an answer that is lost', () => {
  test('of a commit that was made leads forward, never to an open source', async () => {
    await using it = await freshWorld();
    const journal = worldJournal(it.world, 'one');
    const attempt = await runAttempt(it.world, { journal: losing(journal, 'after') });
    expect(attempt.outcome).toBe('committed');
    await expectOneOpenSide(it.world, 'target');
    await journal.close();
  });

  test('of a commit that was never made leads back, once that was read', async () => {
    await using it = await freshWorld();
    const journal = worldJournal(it.world, 'one');
    const attempt = await runAttempt(it.world, { journal: losing(journal, 'before') });
    expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
    await expectOneOpenSide(it.world, 'source');
    expect(await it.world.get('stream')).toBe('at end');
    await journal.close();
  });
});

/** The real journal behind a network that is away while `isGone` says so. */
function away(journal: Journal, isGone: () => boolean): Journal {
  const reach = <T>(work: () => Promise<T>): Promise<T> => {
    const detail = { code: 'TARGET_UNREACHABLE', message: 'away', remedy: 'Wait.', disposition: 'retry' } as const;
    return isGone() ? Promise.reject(new SluiceError(detail)) : work();
  };
  return {
    last: () => reach(() => journal.last()),
    lastCommitted: (direction) => reach(() => journal.lastCommitted(direction)),
    lastDrained: (direction) => reach(() => journal.lastDrained(direction)),
    begin: (attempt) => reach(() => journal.begin(attempt)),
    takeOver: (id) => reach(() => journal.takeOver(id)),
    noteStep: (id, step, note) => reach(() => journal.noteStep(id, step, note)),
    note: (id, note) => reach(() => journal.note(id, note)),
    commit: (id) => reach(() => journal.commit(id)),
    abort: (id, reason) => reach(() => journal.abort(id, reason)),
    close: () => journal.close(),
  };
}

/** The real journal behind a network that loses the request of a commit, or its answer. */
function losing(journal: Journal, when: 'before' | 'after'): Journal {
  const commit = async (id: string) => {
    if (when === 'after') await journal.commit(id);
    throw new Error('no answer');
  };
  return { ...away(journal, () => false), commit };
}

describe('kill -9 of the process', () => {
  const steps = ['hook', 'fence', 'drain', 'open', 'flip'];
  const points = RUNNER_POINTS.flatMap((point): { point: RunnerPoint; step: string; fails: string }[] => {
    if (point === 'commit-sent' || point === 'committed') return [{ point, step: '', fails: '' }];
    if (point === 'aborted') return [{ point, step: '', fails: 'drain' }];
    if (point === 'step-undone') return ['hook', 'fence'].map((step) => ({ point, step, fails: 'drain' }));
    return steps.map((step) => ({ point, step, fails: '' }));
  });

  test.each(points)('at $point $step: the next process finishes or undoes, and one side is open', async (crash) => {
    await using it = await freshWorld();
    const script = new URL('./runner-child.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, it.world.url, crash.point, crash.step, crash.fails], {
      stdio: 'inherit',
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    const attempt = await goOn(it.world);
    expect(attempt?.isOver).toBe(true);
    await expectOneOpenSide(it.world, attempt?.outcome === 'committed' ? 'target' : 'source');
    // Run again: there is nothing left to do.
    expect(await goOn(it.world)).toEqual(attempt);
  });
});
