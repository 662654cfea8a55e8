import { expect, test } from 'vitest';
import { livenessReasons, readinessReasons } from '../../src/http/health.ts';
import { caughtUpSince, openLine, pause, startLine } from './line.ts';
import { onSource, onTarget } from './statement.ts';

const SOON = { timeout: 60_000 };

test('a paused stream writes nothing to the target and goes on where it stood; a limit slows it; a stop waits for neither', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '' });
  const reasons = new Set<string>();
  try {
    await onSource(line, 'CREATE TABLE t (id int PRIMARY KEY)');
    const redact = (text: string) => text.replaceAll('s3cret', '***');
    const running = startLine(line, 'run', { asked: { by: 'ops', configuration: [], redact } });
    running.onStatus((status) => {
      for (const reason of livenessReasons(status, Date.now())) reasons.add(reason);
    });
    await running.until(caughtUpSince(Date.now()));
    const { pace, record, verify } = running.all();
    if (pace === undefined) throw new Error('nothing is applied');
    const rows = async () => (await onTarget(line, 'SELECT id FROM t')).length;

    const fresh = 'SELECT state, advice, complete_to IS NOT NULL AS known FROM sluice.freshness';
    await expect.poll(() => onTarget(line, fresh), SOON).toMatchObject([{ state: 'streaming', known: true }]);
    expect(await pace.pause('ada')).toMatchObject({ state: 'paused', by: 'ada' });
    await onSource(line, 'INSERT INTO t VALUES (1), (2)');
    const isThrottled = running.until(({ stages }) =>
      stages.some(({ name, state }) => name === 'apply' && state === 'throttled'),
    );
    await isThrottled;
    await running.until(({ lagMs }) => (lagMs ?? 0) > 1_000);
    expect(readinessReasons(running.status(), Date.now())).toContainEqual(
      expect.stringMatching(/^the stream to the target is paused by ada since .* UTC: sluice resume$/),
    );
    expect(running.status().waitingFor).toContain('paused by ada');
    await expect.poll(() => onTarget(line, fresh), SOON).toMatchObject([{ state: 'paused', known: true }]);
    expect(JSON.stringify(await onTarget(line, fresh))).toContain('paused by ada');
    // Whoever tells how fresh tables are has one open for a moment; a stream that waits in one has it all the time.
    const open = "SELECT FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()";
    await expect.poll(() => onTarget(line, open), SOON).toEqual([]);
    expect(await rows()).toBe(0);
    const waits = Promise.withResolvers<string>();
    const compared = verify?.(
      { tables: 'all', restart: true, repair: false, mode: 'stream', timeoutMs: null, by: 'ada' },
      { signal: new AbortController().signal, onProgress: ({ waitingFor }) => waitingFor && waits.resolve(waitingFor) },
    );
    expect(await waits.promise).toContain('the stream to the target is paused by ada');
    await pace.resume('ada');
    expect((await compared)?.tables).toMatchObject([{ state: 'equal' }]);
    await running.until(caughtUpSince(Date.now()));
    expect(await rows()).toBe(2);

    const done = await record?.({ action: 'throttle', by: 's3cret', via: 'socket', params: { by: 's3cret' } });
    done?.({ outcome: 'done' });
    const kept = "SELECT who, what->'params'->>'by' AS by FROM sluice.event WHERE what->>'action' = 'throttle'";
    await expect.poll(() => onTarget(line, kept), SOON).toEqual([{ who: '***', by: '***' }]);
    await pace.throttle(2, 'bob');
    for (let id = 3; id <= 12; id++) await onSource(line, `INSERT INTO t VALUES (${id})`);
    await running.until(({ counters }) =>
      counters.throttled.some(({ reason, restedMs }) => reason === 'operator-limit' && restedMs > 500),
    );
    expect(running.status().pace).toMatchObject({ state: 'throttled', rowsPerSecond: 2, by: 'bob' });
    await pace.throttle(null, 'bob');
    await running.until(caughtUpSince(Date.now()));
    expect(await rows()).toBe(12);

    await pace.pause('ada');
    await onSource(line, 'INSERT INTO t VALUES (13)');
    await pause(300);
    await running.stop();
    expect(await rows()).toBe(12);
    const again = startLine(line);
    await again.until(caughtUpSince(Date.now()));
    await again.until(({ pace: now }) => now?.lost?.by === 'ada');
    const told = "SELECT what->>'via' AS via FROM sluice.event WHERE what->>'action' = 'resume'";
    await expect.poll(() => onTarget(line, told), SOON).toEqual([{ via: 'restart' }]);
    await expect.poll(() => onTarget(line, fresh), SOON).toMatchObject([{ state: 'streaming', advice: null }]);
    expect(await rows()).toBe(13);
    await again.stop();
    expect([...reasons]).toEqual([]);
  } finally {
    await line.close();
  }
}, 200_000);
