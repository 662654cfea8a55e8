import { createConnection } from 'mysql2/promise';
import { afterEach, expect, test, vi } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { registryOf } from '../../src/http/metric.ts';
import { METRICS } from '../../src/http/metric-table.ts';
import { startServer } from '../../src/servers/server.ts';
import { caughtUpSince, type Line, openLine, type RunningLine, startLine } from '../e2e/line.ts';
import { onSource } from '../e2e/statement.ts';
import { burst } from './burst.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const act of cleanUp.splice(0).reverse()) await act();
});

async function lineOf(options: Parameters<typeof openLine>[0]): Promise<Line> {
  const line = await openLine({ yaml: '', isProxied: true, ...options });
  cleanUp.push(() => line.close());
  await onSource(
    line,
    'CREATE TABLE item (id int PRIMARY KEY, note varchar(20))',
    "INSERT INTO item VALUES (1, 'one')",
  );
  return line;
}

function started(line: Line, told: (status: PipelineStatus) => void = () => {}): RunningLine {
  const running = startLine(line);
  running.onStatus(told);
  cleanUp.push(() => running.stop().catch(() => {}));
  return running;
}

/** What Prometheus is told of the lag of that stage; null: nothing. */
async function scraped(running: RunningLine, stage: string): Promise<number | null> {
  const text = await registryOf(METRICS, 'line', () => running.status()).metrics();
  const [, value] = new RegExp(`^sluice_lag_seconds\\{[^}]*stage="${stage}"[^}]*\\} (\\S+)$`, 'm').exec(text) ?? [];
  return value === undefined ? null : Number(value);
}

/** Every process of ours believes that so much time has passed. */
function shiftClock(byMs: number): void {
  const now = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => now() + byMs);
}

test.each(['mysql', 'mariadb'] as const)(
  'lag of a pipeline from %s is 0 with proof while idle, grows while the sink is dead, is absent while the source is',
  async (source) => {
    const line = await lineOf({ source, log: 'embedded' });
    const first: PipelineStatus[] = [];
    const running = started(line, (status) => first.push(status));
    await running.until(caughtUpSince(Date.now()));
    // A restart and a start are one: what is not known yet is absent.
    for (const { lagMs, isCaughtUp, head, asOfMs } of first) {
      if (head.polledAtMs === null) expect({ lagMs, isCaughtUp }).toEqual({ lagMs: null, isCaughtUp: false });
      if (lagMs === 0) expect(asOfMs - (head.polledAtMs ?? 0)).toBeLessThan(10_000);
    }
    expect(first[0]?.lagMs).toBeNull();

    // Idle: 0 at a head that was asked just now, or what a heartbeat takes.
    const idle: PipelineStatus[] = [];
    running.onStatus((status) => idle.push(status));
    await expect.poll(() => idle.filter(({ lagMs }) => lagMs === 0).length, { timeout: 60_000 }).toBeGreaterThan(10);
    for (const { lagMs, head, asOfMs, stages } of idle.filter((one) => one.lagMs === 0)) {
      expect(stages.at(-1)?.position, String(lagMs)).not.toBeNull();
      expect(asOfMs - (head.polledAtMs ?? 0)).toBeLessThan(10_000);
    }

    // A beat that waits for a lock: given up and told, and the lag is measured by the end of the binlog (INV-241).
    const held = await createConnection(line.source.url);
    await held.query('BEGIN');
    await held.query('SELECT * FROM sluice.heartbeat WHERE pipeline = ? FOR UPDATE', [line.config.pipeline]);
    const blocked: PipelineStatus[] = [];
    await running.until((status) => {
      blocked.push(status);
      return status.errors.some(({ code }) => code === 'HEARTBEAT_BLOCKED');
    });
    for (const { lagMs, source: told } of blocked) {
      expect(told.isConnected).toBe(true);
      expect(lagMs ?? Number.POSITIVE_INFINITY).toBeLessThan(5_000);
    }
    await held.end();
    const freeMs = Date.now();
    await running.until(({ heartbeat }) => (heartbeat?.seenAtMs ?? 0) > freeMs);

    // Sink dead: it grows with the clock, whatever the head says.
    line.proxies?.target.refuse();
    line.proxies?.target.reset();
    await onSource(line, "INSERT INTO item VALUES (2, 'two')");
    await running.until(({ lagMs }) => (lagMs ?? 0) > 1_000);
    const [before, atMs] = [running.status().lagMs ?? 0, running.status().asOfMs];
    await running.until(({ asOfMs }) => asOfMs - atMs > 3_000);
    const grown = (running.status().lagMs ?? 0) - before;
    expect(Math.abs(grown - (running.status().asOfMs - atMs))).toBeLessThan(1_000);
    expect(await scraped(running, 'apply')).toBeGreaterThan(3);
    line.proxies?.target.heal();
    await running.until(caughtUpSince(Date.now()));

    // Source dead: absent after ten seconds at most, never the last one and never 0.
    line.proxies?.source.refuse();
    line.proxies?.source.reset();
    // It may have committed something a moment later: of that nobody knows.
    const deadMs = Date.now();
    await running.until(({ lagMs }) => lagMs === null);
    expect(await scraped(running, 'apply')).toBeNull();
    const dead: PipelineStatus[] = [];
    running.onStatus((status) => dead.push(status));
    await expect.poll(() => dead.length, { timeout: 60_000 }).toBeGreaterThan(4);
    expect(dead.map(({ lagMs }) => lagMs)).toEqual(dead.map(() => null));
    expect(dead.at(-1)?.freshness.completeToMs ?? 0).toBeLessThanOrEqual(deadMs);
    line.proxies?.source.heal();
    await running.until(caughtUpSince(Date.now()));
  },
  300_000,
);

test.each(['mysql', 'mariadb'] as const)(
  'an hour that passes idle, and a clock that is 90 s off %s, are seen and corrected',
  async (source) => {
    shiftClock(90_000);
    const line = await lineOf({ source, log: 'embedded' });
    const running = started(line);
    await running.until(caughtUpSince(Date.now()));
    await running.until(({ clock }) => clock.sourceOffsetMs !== null && clock.targetOffsetMs !== null);
    const { clock } = running.status();
    for (const offsetMs of [clock.sourceOffsetMs, clock.targetOffsetMs])
      expect(Math.abs((offsetMs ?? 0) + 90_000)).toBeLessThan(5_000);
    const { measured } = await burst(line, { transactions: 20, holdMs: 0 });
    await running.until(({ latency }) => (latency.find(({ hop }) => hop === 'total')?.p95Ms ?? null) !== null);
    // Uncorrected it would be 90 s, or nothing.
    const total = running.status().latency.find(({ hop }) => hop === 'total');
    expect(total?.p50Ms ?? 90_000).toBeLessThan(45_000);
    expect(measured.length).toBe(20);

    vi.restoreAllMocks();
    shiftClock(90_000 + 3_600_000);
    const jumped: PipelineStatus[] = [];
    running.onStatus((status) => jumped.push(status));
    await running.until(caughtUpSince(Date.now()));
    await running.until(({ lagMs }) => lagMs === 0);
    // Nothing was committed in that hour: no status told of it as lag.
    for (const { lagMs } of jumped) expect(lagMs ?? 0).toBeLessThan(60_000);
  },
  300_000,
);

test.each([
  ['mysql', 8_000],
  ['mariadb', 20_000],
] as const)(
  'percentiles of a burst from %s are those of who measures on both servers, within a tenth',
  async (source, holdMs) => {
    const line = await lineOf({ source, log: 'embedded', sourceMore: ', heartbeat: 1m' });
    const running = started(line);
    await running.until(caughtUpSince(Date.now()));
    const { measured } = await burst(line, { transactions: 1_500, holdMs });
    await running.until(caughtUpSince(Date.now()));
    const total = running.status().latency.find(({ hop }) => hop === 'total');
    const at = (ratio: number) => measured[Math.floor((measured.length - 1) * ratio)] ?? 0;
    for (const [told, real] of [
      [total?.p50Ms, at(0.5)],
      [total?.p95Ms, at(0.95)],
      [total?.p99Ms, at(0.99)],
    ] as const)
      expect(Math.abs((told ?? 0) / real - 1), `${told} of ${real}`).toBeLessThan(0.1);
  },
  300_000,
);

test.each(['mysql', 'mariadb'] as const)(
  'one table of many from %s that is behind decides how far the whole is complete',
  async (source) => {
    const line = await lineOf({ source, log: 'embedded' });
    const names = Array.from({ length: 12 }, (_, at) => `many${at}`);
    await onSource(line, ...names.map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY, flag tinyint(1))`));
    await onSource(line, ...names.map((name) => `INSERT INTO ${name} VALUES (1, 1)`));
    const running = started(line);
    await running.until(caughtUpSince(Date.now()));
    await onSource(line, 'UPDATE many7 SET flag = 5');
    const behind = (status: PipelineStatus) => status.freshness.tables.find(({ table }) => table === 'many7');
    await running.until(({ quarantine }) => quarantine.length === 1);
    const stuckAtMs = behind(running.status())?.completeToMs ?? null;
    await running.until((status) => {
      const others = status.freshness.tables.filter(({ table }) => table !== 'many7');
      return others.length > 11 && others.every(({ completeToMs }) => (completeToMs ?? 0) > (stuckAtMs ?? 0) + 3_000);
    });
    const { freshness, lagMs } = running.status();
    expect(behind(running.status())?.completeToMs).toBe(stuckAtMs);
    expect(freshness.completeToMs).toBe(stuckAtMs);
    expect(lagMs).not.toBeNull();
  },
  300_000,
);

test('lag grows while the log is dead, and is what it was when the log is back', async () => {
  const kafka = await startServer('kafka', { fresh: true });
  cleanUp.push(() => kafka.stop());
  const line = await lineOf({ source: 'mysql', log: 'kafka', broker: kafka });
  const running = started(line);
  await running.until(caughtUpSince(Date.now()));
  await kafka.kill();
  await onSource(line, "INSERT INTO item VALUES (2, 'two')");
  const killedAtMs = Date.now();
  await running.until(({ lagMs, head }) => (lagMs ?? 0) > 2_000 && (head.polledAtMs ?? 0) > killedAtMs);
  const [before, atMs] = [running.status().lagMs ?? 0, running.status().asOfMs];
  await running.until(({ asOfMs, lagMs }) => asOfMs - atMs > 3_000 && lagMs !== null);
  expect((running.status().lagMs ?? 0) - before).toBeGreaterThan(2_000);
  await kafka.restart();
  await running.until(caughtUpSince(Date.now()));
}, 300_000);
