import { pino } from 'pino';
import type { Attempt, NewAttempt } from '../../src/cutover/journal.ts';
import { PostgresJournal, type PostgresJournalOptions } from '../../src/cutover/postgres-journal.ts';
import { Runner, type RunnerOptions } from '../../src/cutover/runner.ts';
import type { Step } from '../../src/cutover/step.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';

/** A small world in a table: which side is open, where the application writes, where the stream stands. */
export const WORLD_DDL = `CREATE TABLE world (name text PRIMARY KEY, value text NOT NULL);
  INSERT INTO world VALUES ('source', 'open'), ('target', 'closed'), ('app', 'source'), ('stream', 'at end'), ('hook', '')`;

export class World {
  readonly url: string;
  readonly session: PostgresSession;

  private constructor(url: string, session: PostgresSession) {
    this.url = url;
    this.session = session;
  }

  static async open(url: string): Promise<World> {
    return new World(url, await connectPostgres({ url, pipeline: 'world' }));
  }

  async set(name: string, value: string): Promise<void> {
    await this.session.query('UPDATE world SET value = $2 WHERE name = $1', [name, value]);
  }

  /** As a step answers. */
  async turn(name: string, value: string): Promise<string> {
    await this.set(name, value);
    return `${name} is ${value}`;
  }

  async get(name: string): Promise<string> {
    const { rows } = await this.session.query('SELECT value FROM world WHERE name = $1', [name]);
    return rows[0]?.['value'] ?? '';
  }

  async close(): Promise<void> {
    await this.session.close();
  }
}

export const LIMIT_MS = 10_000;

/** The shape of the real ones: something prepared, a fence, a drain, and two steps beyond. */
export function worldSteps(world: World, change: Readonly<Record<string, Partial<Step>>> = {}): readonly Step[] {
  const title = 'a step of the test';
  const steps: readonly Step[] = [
    {
      ...{ name: 'hook', title, phase: 'prepare', limitMs: LIMIT_MS, describe: async () => [] },
      run: async () => await world.turn('hook', 'called'),
      undo: async () => await world.turn('hook', ''),
    },
    {
      ...{ name: 'fence', title, phase: 'blocked', limitMs: LIMIT_MS, opens: 'undo', describe: async () => [] },
      run: async ({ note }) => {
        await note({ was: 'open' });
        await world.set('source', 'closed');
        return 'closed';
      },
      undo: async ({ record }) => {
        if (record?.['was'] === 'open') await world.set('source', 'open');
        return 'open again';
      },
    },
    {
      ...{ name: 'drain', title, phase: 'blocked', limitMs: LIMIT_MS, describe: async () => [] },
      run: async () => 'drained',
    },
    {
      ...{ name: 'open', title, phase: 'beyond', limitMs: LIMIT_MS, describe: async () => [] },
      run: async () => await world.turn('target', 'open'),
    },
    {
      ...{ name: 'flip', title, phase: 'beyond', limitMs: LIMIT_MS, opens: 'run', describe: async () => [] },
      run: async () => await world.turn('app', 'target'),
    },
  ];
  return steps.map((step) => ({ ...step, ...change[step.name] }));
}

export function worldJournal(
  world: World,
  owner: string,
  { url = world.url, ...more }: { url?: string } & Pick<PostgresJournalOptions, 'answerLimitMs' | 'waitsFor'> = {},
): PostgresJournal {
  return new PostgresJournal({
    ...more,
    pipeline: 'shop',
    owner,
    connect: () => connectPostgres({ url, pipeline: 'shop' }),
    closeStream: async (session) => {
      const sql = `UPDATE world SET value = 'closed' WHERE name = 'stream' AND value = 'at end'`;
      return (await session.query(sql)).rowCount === 1;
    },
  });
}

export function newAttempt(steps: readonly Step[], change: Partial<NewAttempt> = {}): NewAttempt {
  return {
    direction: 'forward',
    isRehearsal: false,
    startedBy: 'operator',
    startedAtMs: Date.now(),
    writeBlockLimitMs: 60_000,
    waivers: [],
    steps,
    ...change,
  };
}

export function runnerOptions(
  options: Pick<RunnerOptions, 'journal' | 'steps'> & Partial<RunnerOptions>,
): RunnerOptions {
  return {
    isOwn: true,
    logger: pino({ level: 'silent' }),
    onChange: () => {},
    abort: new AbortController().signal,
    stop: new AbortController().signal,
    delayRatio: 0.05,
    ...options,
  };
}

/** Begins an attempt and runs it to its end. */
export async function runAttempt(
  world: World,
  change: Partial<RunnerOptions> & { readonly attempt?: Partial<NewAttempt> } = {},
): Promise<Attempt> {
  const steps = change.steps ?? worldSteps(world);
  const journal = change.journal ?? worldJournal(world, 'one');
  const attempt = await journal.begin(newAttempt(steps, change.attempt));
  return await new Runner(attempt, runnerOptions({ ...change, steps, journal })).run();
}

/** What a process does that starts after another one died: it finishes what the journal holds. */
export async function goOn(world: World): Promise<Attempt | null> {
  const journal = worldJournal(world, 'next');
  const attempt = await journal.last();
  try {
    if (attempt === null || attempt.isOver) return attempt;
    await journal.takeOver(attempt.id);
    return await new Runner(attempt, runnerOptions({ steps: worldSteps(world), journal, isOwn: false })).run();
  } finally {
    await journal.close();
  }
}
