import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AttemptStatus } from '../../src/contract/cutover.ts';
import { readCopy } from '../../src/pipeline/cutover/copy.ts';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { caughtUpSince, type Line, openLine, pause, type RunningLine, startLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { Application, LEDGER } from './application.ts';
import { begun } from './switch-line.ts';

const YAML = `tables: { include: ["*"], rules: { ledger: { case: { token: lower } } } }
cutover:
  steadyFor: 1s
  writeBlockLimit: 30s
  wayBack: false
  hooks: { beforeFence: test -e go }`;

describe.each(['mysql', 'mariadb'] as const)('a cutover from %s', (kind) => {
  let line: Line;
  let running: RunningLine;
  /** Behind everything that is prepared, before the first write is refused. */
  let atFence: () => Promise<void>;
  beforeEach(async () => {
    atFence = async () => {};
    line = await openLine({ source: kind, log: 'embedded', yaml: YAML, isSourceOwn: true, hasAccounts: true });
    const { name } = line.source;
    await onSource(line, LEDGER.mysql);
    await onSource(line, LEDGER.account);
    await onSource(line, 'INSERT INTO account VALUES (1, 1000000), (2, 0)');
    await onSource(line, `CREATE USER app@'%' IDENTIFIED BY 'app'`);
    await onSource(line, `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${name}\`.* TO app@'%'`);
    writeFileSync(join(line.folder, 'go'), '');
    const onPoint = async (point: string, step: string | null) => {
      if (point === 'step-noted' && step === 'fence') await atFence();
    };
    running = startLine(line, 'run', { onPoint });
    await running.until(caughtUpSince(Date.now()));
  });
  afterEach(async () => {
    await running.stop().catch(() => {});
    await line.close();
  });

  const appUrl = () => {
    const url = new URL(line.source.url);
    url.username = 'app';
    url.password = 'app';
    return url.toString();
  };

  test('moves every acknowledged write, under traffic, and leaves the source closed', async () => {
    let url = appUrl();
    const application = new Application(() => url);
    await gatesGreen(running);
    const id = await begun(running, 'forward', { waivers: WAIVERS });
    running.onStatus(({ cutover }) => {
      if (cutover?.attempt?.outcome === 'committed') url = line.target.url;
    });
    const result = await running.ended;
    expect(result.ended).toBe('cut-over');
    const attempt = result.status.cutover?.attempt;
    expect(attempt).toMatchObject({ id, outcome: 'committed', isOver: true });
    await pause(500);
    await application.stop();
    const target = await connectPostgres({ url: line.target.url, pipeline: 'test' });
    const { rows } = await target.query('SELECT token, count(*)::text AS times FROM ledger GROUP BY token');
    const times = new Map(rows.map((row) => [row['token'], row['times']]));
    expect(application.acknowledged.filter(({ token }) => times.get(token) !== '1')).toEqual([]);
    const { rows: sums } = await target.query(
      `SELECT (SELECT balance FROM account WHERE id = 2)::text AS moved, (SELECT count(*) FROM ledger)::text AS writes,
         (SELECT sum(balance) FROM account)::text AS total`,
    );
    expect(sums[0]?.['moved']).toBe(sums[0]?.['writes']);
    expect(sums[0]?.['total']).toBe('1000000');
    await target.close();
    expect(await refusal(appUrl())).toMatch(/read.only|locked/i);
    // Whoever loses the target from here on reads at the source where the application belongs.
    expect(await readCopy(line.config)).toMatchObject({ source: 'target', attempt: { outcome: 'committed' } });
    // Without a way back the pipeline has nothing to do any more but to say so.
    expect(await startLine(line).ended).toMatchObject({ ended: 'cut-over' });
  });

  test('is put back where a row that changed is not the same on both sides, found by looking at that row alone', async () => {
    const application = new Application(appUrl, { everyMs: 50 });
    await gatesGreen(running);
    atFence = async () => {
      await onTarget(line, ROGUE_TRIGGER);
      const before = application.acknowledged.length;
      await expect.poll(() => application.acknowledged.length - before, { timeout: 30_000 }).toBeGreaterThan(5);
    };
    await begun(running, 'forward', { waivers: WAIVERS });
    const attempt = await over(running);
    expect(attempt).toMatchObject({ outcome: 'aborted' });
    expect(attempt.reason).toMatch(/ledger id=\d+ note is different|ledger has \d+ difference/);
    expect(stateOf(attempt, 'verify')).toBe('failed');
    expect(stateOf(attempt, 'fence')).toBe('undone');
    const open = application.acknowledged.length;
    await expect.poll(() => application.acknowledged.length - open, { timeout: 30_000 }).toBeGreaterThan(5);
    await application.stop();
    await running.until(({ cutover }) => {
      return cutover?.gates.find(({ name }) => name === 'verified')?.state === 'red';
    });
  });

  test('is put back where a table was made between the last look and the fence, of which nobody has compared a row', async () => {
    const application = new Application(appUrl, { everyMs: 50 });
    await gatesGreen(running);
    atFence = () => onSource(line, 'CREATE TABLE late (id int NOT NULL PRIMARY KEY)', 'INSERT INTO late VALUES (1)');
    await begun(running, 'forward', { waivers: WAIVERS });
    const attempt = await over(running);
    expect(attempt).toMatchObject({ outcome: 'aborted' });
    expect(attempt.reason).toMatch(/^verify failed: .*\.late .*\(CUTOVER_NOT_VERIFIED\)/);
    expect(stateOf(attempt, 'drain')).toBe('done');
    expect(stateOf(attempt, 'fence')).toBe('undone');
    const open = application.acknowledged.length;
    await expect.poll(() => application.acknowledged.length - open, { timeout: 30_000 }).toBeGreaterThan(5);
    await application.stop();
  });

  test('is rehearsed beside the application, which notices nothing', async () => {
    const application = new Application(appUrl);
    await gatesGreen(running);
    const rehearsal = { isRehearsal: true, fences: false, waivers: WAIVERS };
    await begun(running, 'forward', rehearsal);
    const attempt = await over(running);
    expect(attempt).toMatchObject({ outcome: 'aborted', reason: 'a rehearsal ends here', writeBlockMs: null });
    // Whatever it has left open is gone, as after a moment without a network: the next one opens its own.
    await onTarget(line, ALL_SESSIONS);
    await running.until(({ target, state }) => state === 'streaming' && target.reconnects > 0);
    await gatesGreen(running);
    const id = await begun(running, 'forward', rehearsal);
    await running.until(({ cutover }) => cutover?.attempt?.id === id && cutover.attempt.isOver);
    expect(running.status().cutover?.attempt?.reason).toBe('a rehearsal ends here');
    await application.stop();
    expect(application.failures).toEqual([]);
    expect(application.acknowledged.length).toBeGreaterThan(10);
  });

  test('is refused while a transaction is open for long, and while one stands prepared', async () => {
    const { name } = line.source;
    await gatesGreen(running);
    const insert = `INSERT INTO \`${name}\`.account VALUES (9, 0)`;
    await onSource(line, "XA START 'x'", insert, "XA END 'x'", "XA PREPARE 'x'");
    const request = { direction: 'forward' as const, by: 'ada', isRehearsal: false, fences: true, waivers: WAIVERS };
    await expect(running.actions().begin(request)).rejects.toMatchObject({ code: 'CUTOVER_GATES_RED' });
    await onSource(line, `XA ROLLBACK 'x'`);
  });
});

/** The application of these tests logs in to the target as the owner of everything. */
const WAIVERS = [{ gate: 'target-roles', by: 'ada', reason: 'nothing writes there yet' }];

/** Somebody's, which changes what sluice applies. */
const ROGUE_TRIGGER = `CREATE FUNCTION rogue() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.note := 'rogue'; RETURN NEW; END $$;
  CREATE TRIGGER rogue BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION rogue();
  ALTER TABLE ledger ENABLE ALWAYS TRIGGER rogue`;

const ALL_SESSIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'sluice:%'`;

function stateOf(attempt: AttemptStatus | null | undefined, step: string): string | undefined {
  return attempt?.steps.find(({ name }) => name === step)?.state;
}

/** The gates have been looked at, and are green. */
async function gatesGreen(running: RunningLine): Promise<void> {
  await running.verify();
  await running.until(({ cutover }) => {
    const gates = cutover?.gates ?? [];
    return gates.length > 0 && gates.every(({ name, state }) => state !== 'red' || name === 'target-roles');
  }, 90_000);
}

async function over(running: RunningLine): Promise<AttemptStatus> {
  await running.until(({ cutover }) => cutover?.attempt?.isOver === true);
  const attempt = running.status().cutover?.attempt;
  if (!attempt) throw new Error('no attempt');
  return attempt;
}

/** What the source answers to the application. */
async function refusal(url: string): Promise<string> {
  const application = new Application(() => url);
  await expect.poll(() => application.failures.length).toBeGreaterThan(0);
  await application.stop();
  expect(application.acknowledged).toEqual([]);
  return application.failures[0]?.text ?? '';
}
