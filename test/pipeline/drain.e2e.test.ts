import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilDrained } from '../../src/pipeline/cutover/drain.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { type Checkpoint, readCheckpoint } from '../../src/sink/checkpoint.ts';
import { caughtUpSince, type Line, openLine, pause, type RunningLine, startLine } from '../e2e/line.ts';
import { onSource } from '../e2e/statement.ts';

const YAML = `tables: { include: ["t"] }
cutover: { fence: hook, hooks: { fence: "true", unfence: "true", isFenced: "true" } }`;

const NOWHERE = { read: null, logged: null, applied: null };

/** The pipeline's own beats would move the end: there is one a minute. */
describe.each(['mysql', 'mariadb'] as const)('the drain behind a fence of %s that a hook keeps', (source) => {
  let line: Line;
  let running: RunningLine;
  let target: PostgresSession;
  let at: Checkpoint | null = null;
  let isOver = false;
  let looking: Promise<void>;
  beforeAll(async () => {
    line = await openLine({ source, log: 'embedded', yaml: YAML, sourceMore: ', heartbeat: 1m', isSourceOwn: true });
    await onSource(line, `CREATE TABLE \`${line.source.name}\`.t (id int NOT NULL AUTO_INCREMENT PRIMARY KEY)`);
    running = startLine(line);
    await running.until(caughtUpSince(Date.now()));
    target = await connectPostgres({ url: line.target.url, pipeline: 'test' });
    looking = look();
  });
  afterAll(async () => {
    isOver = true;
    await looking;
    await target?.close();
    await running?.stop();
    await line?.close();
  });

  async function look(): Promise<void> {
    while (!isOver) {
      at = await readCheckpoint(target, { pipeline: line.config.pipeline, lane: 'main' });
      await pause(20);
    }
  }
  const drained = (signal: AbortSignal) =>
    untilDrained(
      { config: line.config, standing: () => at, reached: () => NOWHERE, waitsFor: () => null, isFenced: () => true },
      { signal, tell: async (words) => void told.push(words) },
    );
  const told: string[] = [];
  /** A target may stand exactly at the end for a moment, between two of the rows that are written on: then it is reached. */
  async function firstFailure(): Promise<unknown> {
    for (;;) {
      const failure = await drained(new AbortController().signal).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure !== null) return failure;
    }
  }

  test('waits for a row of its own that is written behind the fence', async () => {
    const before = at?.heartbeat;
    const { hasNonce } = await drained(new AbortController().signal);
    expect(hasNonce).toBe(true);
    expect(at?.heartbeat).not.toBe(before);
    expect(Number(at?.heartbeat) % 1_000).not.toBe(0);
  });

  test('is told of what is written behind the end, at once', async () => {
    const connection = await createConnection(line.source.url);
    let written = 0;
    let isWriting = true;
    const writing = (async () => {
      for (; isWriting; written++) await connection.query(`INSERT INTO \`${line.source.name}\`.t VALUES (NULL)`);
    })();
    try {
      await expect.poll(() => written, { timeout: 60_000 }).toBeGreaterThan(0);
      expect(await firstFailure()).toMatchObject({ code: 'CUTOVER_FENCE_LEAKS' });
    } finally {
      isWriting = false;
      await writing;
      await connection.end();
    }
  });

  test('does not take the end for reached while its row has not come through', async () => {
    await running.until(caughtUpSince(Date.now()));
    // Somebody's trigger makes another row of it, as a server does that is not the one which is read.
    const trigger = 'CREATE TRIGGER sluice.other BEFORE UPDATE ON sluice.heartbeat FOR EACH ROW SET NEW.beat_us = 7';
    await onSource(line, trigger);
    const end = new AbortController();
    const draining = drained(end.signal);
    draining.catch(() => {});
    await expect.poll(() => at?.heartbeat, { timeout: 60_000 }).toBe('7');
    await expect.poll(() => told.at(-1), { timeout: 60_000 }).toMatch(/^waits: the target has said nothing of its own/);
    end.abort(new Error('given up'));
    await expect(draining).rejects.toThrow();
  });
});
