import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SluiceError } from '../../src/contract/error.ts';
import { attemptStatus } from '../../src/cutover/attempt-status.ts';
import type { Attempt, Journal } from '../../src/cutover/journal.ts';
import { PostgresJournal } from '../../src/cutover/postgres-journal.ts';
import { RUNNER_POINTS, Runner, type RunnerPoint } from '../../src/cutover/runner.ts';
import type { Step, StepContext } from '../../src/cutover/step.ts';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { lockWaits } from '../../src/postgres/lock-wait.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
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

test('what is asked of a journal at once goes one after the other over one session, and not into a transaction of another', async () => {
  await using it = await freshWorld();
  await runAttempt(it.world);
  let sessions = 0;
  const journal = new PostgresJournal({
    ...{ pipeline: 'shop', owner: 'one', closeStream: async () => true },
    connect: async () => {
      sessions += 1;
      return await connectPostgres({ url: it.world.url, pipeline: 'shop' });
    },
  });
  const steps = worldSteps(it.world);
  const [begun] = await Promise.all([journal.begin(newAttempt(steps)), journal.last(), journal.lastDrained('forward')]);
  expect(await journal.last()).toMatchObject({ id: begun.id, outcome: 'running' });
  expect(sessions).toBe(1);
  await journal.close();
});

test('the last attempt is the newest one, the tenth after the ninth', async () => {
  await using it = await freshWorld();
  const journal = worldJournal(it.world, 'one');
  for (let at = 1; at <= 11; at++) {
    const begun = await journal.begin(newAttempt(worldSteps(it.world), { startedBy: `operator ${at}` }));
    const away = [{ fromMs: at, toMs: 20 }];
    await journal.note(begun.id, { away });
    expect(await journal.last()).toMatchObject({ id: begun.id, startedBy: `operator ${at}`, isOver: false, away });
    await journal.abort(begun.id, 'the next one');
    await journal.note(begun.id, { isOver: true });
  }
  await journal.close();
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

test('what the first blocked step gets ready is ready before writes are blocked, and put back when it gets no further', async () => {
  await using it = await freshWorld();
  let blockedAtMs: number | null = 0;
  const journal = worldJournal(it.world, 'one');
  const fence: Partial<Step> = {
    ready: async ({ note }) => {
      await note({ was: 'open' });
      await it.world.set('source', 'prepared');
      blockedAtMs = (await worldJournal(it.world, 'one').last())?.blockedAtMs ?? null;
    },
  };
  const done = await runAttempt(it.world, { journal, steps: worldSteps(it.world, { fence }) });
  expect([blockedAtMs, done.outcome]).toEqual([null, 'committed']);
  await it.world.session.query(`UPDATE world SET value = 'at end' WHERE name = 'stream'`);
  const unready = {
    ...fence,
    ready: async (context: StepContext) => {
      await fence.ready?.(context);
      return await failing.run().then(() => {});
    },
  };
  const failed = await runAttempt(it.world, { journal, steps: worldSteps(it.world, { fence: unready }) });
  expect(failed).toMatchObject({ outcome: 'aborted', isOver: true, blockedAtMs: null });
  expect(await it.world.get('source')).toBe('open');
});

describe('an attempt that another configuration has begun', () => {
  const renamed = (world: World, hook: string): readonly Step[] =>
    worldSteps(world).map((step) => (step.name === 'hook' ? { ...step, name: hook } : step));

  /** Cut off behind its fence. */
  async function cutOff(world: World, steps: readonly Step[]): Promise<void> {
    const journal = worldJournal(world, 'one');
    const stop = new AbortController();
    const onPoint = (point: RunnerPoint, step: string | null) => {
      if (point === 'step-done' && step === 'fence') stop.abort();
    };
    await runAttempt(world, { journal, steps, stop: stop.signal, onPoint });
    await journal.close();
  }

  async function goneOnWith(world: World, steps: readonly Step[]): Promise<Attempt> {
    const journal = worldJournal(world, 'next');
    try {
      const attempt = await journal.last();
      if (attempt === null) throw new Error('no attempt');
      await journal.takeOver(attempt.id);
      return await new Runner(attempt, runnerOptions({ steps, journal, isOwn: false })).run();
    } finally {
      await journal.close();
    }
  }

  test('is put back where only steps that were never begun are not known here', async () => {
    await using it = await freshWorld();
    await cutOff(it.world, worldSteps(it.world));
    const known = worldSteps(it.world).filter(({ name }) => name !== 'flip');
    expect(await goneOnWith(it.world, known)).toMatchObject({ outcome: 'aborted', isOver: true });
    await expectOneOpenSide(it.world, 'source');
  });

  test.each([
    ['before-fence', /Put cutover\.hooks\.beforeFence back into sluice\.yaml as it was .* stays blocked/],
    ['of-tomorrow', /Start the version of sluice with which the attempt was begun/],
  ])(
    'is left as it stands where the step %s has to be put back, says what to do, and is put back then',
    async (name, remedy) => {
      await using it = await freshWorld();
      const steps = renamed(it.world, name);
      await cutOff(it.world, steps);
      const known = steps.filter((step) => step.name !== name);
      const refused = expect.objectContaining({ code: 'CUTOVER_STEP_UNKNOWN', remedy: expect.stringMatching(remedy) });
      await expect(goneOnWith(it.world, known)).rejects.toEqual(refused);
      expect(await it.world.get('source')).toBe('closed');
      expect(await goneOnWith(it.world, steps)).toMatchObject({ outcome: 'aborted', isOver: true });
      await expectOneOpenSide(it.world, 'source');
    },
  );
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

test('an undo that is cut off again and again says so once, and not what it said before', async () => {
  await using it = await freshWorld();
  const details: string[] = [];
  let tries = 0;
  const fence = {
    undo: async ({ signal }: StepContext) => {
      if (++tries < 4) await sleep(60_000, undefined, { signal });
      await it.world.set('source', 'open');
      return 'open';
    },
  };
  const onChange = ({ steps }: Attempt) => {
    const { detail } = steps.find(({ name }) => name === 'fence') ?? {};
    if (detail?.startsWith('not put back yet')) details.push(detail);
  };
  await runAttempt(it.world, {
    ...{ steps: worldSteps(it.world, { fence, drain: failing }), onChange, undoTryMs: 100 },
  });
  expect(new Set(details).size).toBe(1);
  expect(details[0]).toMatch(/^not put back yet: fence was not done after 0.1 s \(CUTOVER_STEP_TIME\)/);
});

test('a step that hangs, deaf to its signal, is left behind at the limit of the write block and all is put back', async () => {
  await using it = await freshWorld();
  const drain = { run: () => new Promise<string>(() => {}) };
  const steps = worldSteps(it.world, { drain });
  const attempt = await runAttempt(it.world, { steps, attempt: { writeBlockLimitMs: 300 } });
  await expectOneOpenSide(it.world, 'source');
  expect(attempt.reason).toMatch(/CUTOVER_STEP_TIME|write block has reached its limit/);
});

test('a step that ends with its signal is told by its time and by what it said last that it waits for', async () => {
  await using it = await freshWorld();
  const drain: Partial<Step> = {
    run: async ({ signal, tell }) => {
      await tell('waits: a lock on ledger');
      await sleep(60_000, undefined, { signal });
      return '';
    },
  };
  const steps = worldSteps(it.world, { drain });
  // Room for the fence on a busy machine.
  const attempt = await runAttempt(it.world, { steps, attempt: { writeBlockLimitMs: 2_000 } });
  await expectOneOpenSide(it.world, 'source');
  expect(attempt.reason).toMatch(
    /^the write block has reached its limit: drain was not done after [0-2]\.\d s: waits: a lock on ledger \(CUTOVER_STEP_TIME\)/,
  );
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

const VANISHED = [
  new SluiceError({ code: 'TARGET_UNREACHABLE', message: 'away', remedy: 'Wait.', disposition: 'retry' }),
  new Error('a fault that nobody foresaw'),
];

test.each(VANISHED)(
  'a target that vanishes during the drain ($message) does not keep the source closed',
  async (failure) => {
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
      journal: away(journal, () => isGone, failure),
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
  },
);

describe('a target that falls silent', () => {
  /** A journal behind a network that can stall; `work` has both. */
  async function behindProxy<T>(world: World, work: (proxy: FaultProxy, journal: Journal) => Promise<T>): Promise<T> {
    await using proxy = await FaultProxy.start(server);
    const journal = worldJournal(world, 'one', { url: proxy.through(world.url), answerLimitMs: 300 });
    return await work(proxy, journal).finally(() => journal.close());
  }

  test('during the drain does not keep the source closed', async () => {
    await using it = await freshWorld();
    await behindProxy(it.world, async (proxy, journal) => {
      const seen: string[] = [];
      const drain = {
        run: async () => {
          proxy.stall();
          return 'drained';
        },
      };
      const attempt = await runAttempt(it.world, {
        steps: worldSteps(it.world, { drain }),
        journal,
        onPoint: async (point, step) => {
          if (point !== 'step-undone' || step !== 'hook') return;
          seen.push(await it.world.get('source'));
          proxy.heal();
        },
      });
      expect(seen).toEqual(['open']);
      expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
      expect(attempt.reason).toContain('TARGET_SILENT');
      expect(await journal.last()).toEqual(attempt);
    });
  });

  test('and cannot be written to once is not waited for again until the source is open', async () => {
    await using it = await freshWorld();
    const journal = worldJournal(it.world, 'one');
    const silent = new SluiceError({ code: 'TARGET_SILENT', message: 'silent', remedy: 'wait', disposition: 'retry' });
    const answer = Promise.withResolvers<never>();
    answer.promise.catch(() => {});
    let asked = 0;
    let isDeaf = false;
    const deaf = new Proxy<Journal>(journal, {
      get:
        (real, name: keyof Journal) =>
        (...given: never[]) => {
          const ask = real[name] as (...given: never[]) => unknown;
          if (!isDeaf) return ask.apply(real, given);
          asked += 1;
          return asked === 1 ? Promise.reject(silent) : answer.promise;
        },
    });
    const drain = {
      run: async () => {
        isDeaf = true;
        return 'drained';
      },
    };
    const running = runAttempt(it.world, { steps: worldSteps(it.world, { drain }), journal: deaf });
    await expect.poll(() => isDeaf, { timeout: 20_000 }).toBe(true);
    await expect.poll(() => it.world.get('source'), { timeout: 20_000 }).toBe('open');
    isDeaf = false;
    answer.reject(silent);
    const attempt = await running;
    expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
    expect(await journal.last()).toEqual(attempt);
    await journal.close();
  });

  test('when the commit is sent keeps the source closed until it answers, and says so', async () => {
    await using it = await freshWorld();
    await behindProxy(it.world, async (proxy, journal) => {
      const told: string[] = [];
      const attempt = await runAttempt(it.world, {
        journal: sentThen(journal, () => proxy.stall()),
        onChange: ({ outcome, reason }) => {
          if (outcome !== 'running' || reason === null) return;
          told.push(reason);
          if (told.length === 2) proxy.heal();
        },
      });
      expect(told[0]).toMatch(/^not known yet whether it is committed: .*TARGET_SILENT/);
      expect(attempt.isOver).toBe(true);
      await expectOneOpenSide(it.world, attempt.outcome === 'committed' ? 'target' : 'source');
    });
  });

  test('right before the commit is sent does not keep the source closed', async () => {
    await using it = await freshWorld();
    await behindProxy(it.world, async (proxy, journal) => {
      const seen: string[] = [];
      const attempt = await runAttempt(it.world, {
        journal,
        onPoint: async (point, step) => {
          if (point === 'commit-sent') proxy.stall();
          if (point !== 'step-undone' || step !== 'hook') return;
          seen.push(await it.world.get('source'));
          proxy.heal();
        },
      });
      expect(seen).toEqual(['open']);
      expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
      await expectOneOpenSide(it.world, 'source');
      expect(await it.world.get('stream')).toBe('at end');
    });
  });
});

test('what is noted beside the work stands in the journal before the point of no return', async () => {
  await using it = await freshWorld();
  const other = worldJournal(it.world, 'other');
  let seen: Attempt | null = null;
  const drain = {
    run: async ({ note }: StepContext) => {
      await note({ end: 'here' });
      return 'drained';
    },
  };
  await runAttempt(it.world, {
    steps: worldSteps(it.world, { drain }),
    onPoint: async (point) => {
      if (point === 'commit-sent') seen = await other.last();
    },
  });
  await other.close();
  expect(seen).toMatchObject({
    outcome: 'running',
    steps: [
      { name: 'hook', state: 'done' },
      { name: 'fence', state: 'done', record: { was: 'open' } },
      { name: 'drain', state: 'done', record: { end: 'here' }, detail: 'drained', tookMs: expect.any(Number) },
      { name: 'open', state: 'waiting', record: null },
      { name: 'flip', state: 'waiting' },
    ],
  });
});

test('behind the point of no return the next step waits for no note of how far the one before is', async () => {
  await using it = await freshWorld();
  const journal = worldJournal(it.world, 'one');
  const flipped = Promise.withResolvers<void>();
  let isCommitted = false;
  // The journal answers to such notes only once the application was flipped.
  const late = async () => (isCommitted ? await flipped.promise : undefined);
  const attempt = await runAttempt(it.world, {
    journal: {
      ...away(journal, () => false),
      noteStep: (id, step, note) => late().then(() => journal.noteStep(id, step, note)),
      noteSteps: (id, steps) => late().then(() => journal.noteSteps(id, steps)),
    },
    steps: worldSteps(it.world, {
      flip: {
        run: async () => {
          flipped.resolve();
          return await it.world.turn('app', 'target');
        },
      },
    }),
    onPoint: (point) => {
      if (point === 'committed') isCommitted = true;
    },
  });
  await expectOneOpenSide(it.world, 'target');
  expect(await journal.last()).toEqual(attempt);
  expect(attempt.steps.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done', 'done']);
  await journal.close();
});

test('a process whose attempt is taken over behind the point of no return ends with it, though it waits for no note', async () => {
  await using it = await freshWorld();
  const [one, two] = [worldJournal(it.world, 'one'), worldJournal(it.world, 'two')];
  const steps = worldSteps(it.world, { open: { run: () => two.takeOver('1').then(() => 'opened') } });
  const attempt = await one.begin(newAttempt(steps));
  const zombie = new Runner(attempt, runnerOptions({ journal: one, steps }));
  await expect(zombie.run()).rejects.toMatchObject({ code: 'CUTOVER_TAKEN_OVER' });
  expect((await two.last())?.isOver).toBe(false);
  await goOn(it.world);
  await expectOneOpenSide(it.world, 'target');
  await Promise.all([one.close(), two.close()]);
});

test('writes count as blocked from when that begins, not from when it is noted that it will', async () => {
  await using it = await freshWorld();
  const journal = worldJournal(it.world, 'one');
  let notedAtMs = Number.POSITIVE_INFINITY;
  const attempt = await runAttempt(it.world, {
    journal: {
      ...away(journal, () => false),
      note: async (id, note) => {
        if (note.blockedAtMs !== undefined && note.openedAtMs === undefined) {
          await sleep(20);
          notedAtMs = Date.now();
        }
        await journal.note(id, note);
      },
    },
  });
  expect(attempt.blockedAtMs).toBeGreaterThanOrEqual(notedAtMs);
  expect(await journal.last()).toEqual(attempt);
  await journal.close();
});

test("somebody's lock at the point of no return opens the source again, and it is said whose session holds it", async () => {
  await using it = await freshWorld();
  const other = new Client({ connectionString: it.world.url, application_name: 'report' });
  await other.connect();
  const lock = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const waitsFor = async () => {
    const session = await connectPostgres({ url: it.world.url, pipeline: 'test' });
    const waits = await lockWaits(session, 'shop').finally(() => session.close());
    return waits.map(({ table, by }) => `${table} of session ${by.pid} (${by.application})`).join();
  };
  const journal = worldJournal(it.world, 'one', { waitsFor });
  const attempt = await runAttempt(it.world, {
    journal,
    onPoint: async (point) => {
      if (point === 'commit-sent') await other.query('BEGIN; LOCK TABLE world IN EXCLUSIVE MODE');
      if (point === 'aborted') await other.query('ROLLBACK');
    },
  });
  await Promise.all([other.end(), journal.close()]);
  expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
  expect(attempt.reason).toContain(`world of session ${lock.rows[0]?.pid} (report)`);
  await expectOneOpenSide(it.world, 'source');
});

const REFUSE = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'permission denied for table cutover' USING ERRCODE = 'insufficient_privilege'; END $$;
  CREATE TRIGGER refuse BEFORE UPDATE ON sluice.cutover EXECUTE FUNCTION refuse();
  ALTER TABLE sluice.cutover ENABLE ALWAYS TRIGGER refuse`;

test.each(['drain', null])(
  'a right on the journal that is lost (at %s, null: at the point of no return) does not keep the source closed',
  async (at) => {
    await using it = await freshWorld();
    const seen: string[] = [];
    const attempt = await runAttempt(it.world, {
      onPoint: async (point, step) => {
        const isThere = at === null ? point === 'commit-sent' : point === 'step-noted' && step === at;
        if (isThere) await it.world.session.query(REFUSE);
        if (point !== 'step-undone' || step !== 'hook') return;
        seen.push(await it.world.get('source'));
        await it.world.session.query('DROP TRIGGER refuse ON sluice.cutover');
      },
    });
    expect(seen).toEqual(['open']);
    expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
    expect(attempt.reason).toContain('TARGET_PRIVILEGE');
    await expectOneOpenSide(it.world, 'source');
  },
);

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
function away(journal: Journal, isGone: () => boolean, failure?: Error): Journal {
  const reach = <T>(work: () => Promise<T>): Promise<T> => (isGone() ? Promise.reject(failure) : work());
  return {
    last: () => reach(() => journal.last()),
    lastCommitted: (direction) => reach(() => journal.lastCommitted(direction)),
    lastDrained: (direction) => reach(() => journal.lastDrained(direction)),
    begin: (attempt) => reach(() => journal.begin(attempt)),
    takeOver: (id) => reach(() => journal.takeOver(id)),
    noteStep: (id, step, note) => reach(() => journal.noteStep(id, step, note)),
    noteSteps: (id, steps) => reach(() => journal.noteSteps(id, steps)),
    note: (id, note) => reach(() => journal.note(id, note)),
    commit: (id, onSent) => reach(() => journal.commit(id, onSent)),
    abort: (id, reason) => reach(() => journal.abort(id, reason)),
    close: () => journal.close(),
  };
}

/** The real journal behind a network that loses the request of a commit, or its answer. */
function losing(journal: Journal, when: 'before' | 'after'): Journal {
  const commit: Journal['commit'] = async (id, onSent) => {
    if (when === 'after') await journal.commit(id, onSent);
    onSent();
    throw new Error('no answer');
  };
  return { ...away(journal, () => false), commit };
}

/** The real journal, and what happens in the moment in which its commit goes out. */
function sentThen(journal: Journal, then: () => void): Journal {
  const commit: Journal['commit'] = (id, onSent) =>
    journal.commit(id, () => {
      onSent();
      then();
    });
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
