import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { METRICS } from '../../src/http/metric-table.ts';
import { Application } from '../cutover/application.ts';
import {
  expectNoneLost,
  loginOf,
  openSwitchLine,
  sideOf,
  startSwitchLine,
  switchTo,
  written,
} from '../cutover/switch-line.ts';
import type { Line, RunningLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { ContractFile } from './contract-file.ts';
import { type OpenHttp, openHttp } from './open-http.ts';

/** By interface.md; what is not known at a moment is absent then, and was there at another. */
const CATALOGUE: Readonly<Record<string, readonly string[]>> = {
  lag_seconds: ['stage'],
  watermark_timestamp_seconds: ['table'],
  heartbeat_lag_seconds: [],
  latency_seconds: ['hop'],
  clock_offset_seconds: ['endpoint'],
  source_head_timestamp_seconds: [],
  catchup_eta_seconds: [],
  rows_total: ['stage', 'table', 'op'],
  bytes_total: ['stage'],
  transactions_total: ['stage'],
  batch_rows: [],
  batch_duration_seconds: [],
  queue_rows: ['stage'],
  queue_bytes: ['stage'],
  throttled_seconds_total: ['reason'],
  snapshot_rows: ['table', 'state'],
  snapshot_eta_seconds: [],
  retention_headroom_seconds: ['log'],
  verify_rows_mismatched: ['table', 'kind'],
  verify_finished_timestamp_seconds: ['table'],
  quarantined_rows: ['table', 'reason'],
  errors_total: ['stage', 'code'],
  retries_total: [],
  reconnects_total: ['endpoint'],
  connected: ['endpoint'],
  pipeline_state: ['state'],
  cutover_state: ['state'],
  cutover_gate: ['gate'],
  write_block_seconds: [],
  build_info: ['version', 'mode'],
};
/** Nothing failed, and the copy was over before one per cent of it was told. */
const MAY_BE_ABSENT = ['errors_total', 'snapshot_eta_seconds'];

const contract = new ContractFile();
const faults = new Set<string>();
const states = new Set<string>();
const seen = new Set<string>();
let line: Line;
let running: RunningLine;
let http: OpenHttp;
let application: Application;

function told(status: PipelineStatus): void {
  http.server.publish(status);
  states.add(status.state);
  for (const fault of contract.faults('get', '/api/v1/status', 200, JSON.parse(JSON.stringify(status))))
    faults.add(fault);
}

beforeAll(async () => {
  line = await openSwitchLine('mysql');
  http = await openHttp([], line.config.pipeline);
  await onSource(line, 'CREATE TABLE flags (id int PRIMARY KEY, flag tinyint(1))', 'INSERT INTO flags VALUES (1, 1)');
  running = await startSwitchLine(line, { onStatus: told });
  http.server.serve(running.all());
  application = new Application(() => loginOf(line, sideOf(line)), { everyMs: 20 });
}, 300_000);

afterAll(async () => {
  await application.stop();
  await running.stop().catch(() => {});
  await http[Symbol.asyncDispose]();
  await line.close();
});

/** Asks everything that can be read, and keeps what is not as the file says. */
async function look(): Promise<void> {
  for (const path of ['/livez', '/readyz', '/api/v1/status', '/api/v1/tables', '/api/v1/errors', '/api/v1/history']) {
    const answer = await http.get(path);
    for (const fault of contract.faults('get', path, answer.status, await answer.json()))
      faults.add(`${path} ${fault}`);
  }
  const text = await (await http.get('/metrics')).text();
  for (const [, name = ''] of text.matchAll(/^sluice_([a-z_]+?)(?:_bucket|_sum|_count)?[{ ]/gm)) seen.add(name);
}

async function token(): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await http.token()}` };
}

test('every metric of the catalogue is declared with its labels, its unit in its name, and a help', () => {
  const declared = new Map(METRICS.map((metric) => [metric.name, metric]));
  for (const [name, labels] of Object.entries(CATALOGUE))
    expect([name, declared.get(name)?.labels ?? []]).toEqual([name, labels]);
  for (const { name, type, help } of METRICS) {
    expect(help.length, name).toBeGreaterThan(20);
    if (type === 'counter') expect(name).toMatch(/_total$/);
  }
});

test('a pipeline is not harmed by who has no business with it, and is told as it is', async () => {
  await look();
  await onSource(line, 'UPDATE flags SET flag = 7', 'ALTER TABLE flags ADD COLUMN note varchar(10)');
  await running.until(({ quarantine }) => quarantine.length > 0);
  await running.verify();
  await running.until(({ verify }) => verify?.tables.some(({ verifiedAtMs }) => verifiedAtMs !== null) === true);
  await look();
  const { port } = new URL(http.url);
  const slow: Socket[] = Array.from({ length: 50 }, () => connect(Number(port), '127.0.0.1'));
  for (const socket of slow) {
    socket.on('error', () => undefined).resume();
    socket.write('GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  }
  const end = new AbortController();
  const watchers = await Promise.all(
    Array.from({ length: 500 }, () => fetch(`${http.url}/api/v1/events`, { signal: end.signal })),
  );
  expect(watchers.every(({ status }) => status === 200)).toBe(true);
  const first = watchers[0]?.body?.getReader();
  expect(Buffer.from((await first?.read())?.value ?? []).toString()).toContain('event: status');
  const drop = { id: 'all', confirm: line.config.pipeline, by: 'ada' };
  const right = await token();
  for (const [headers, status] of [
    [{ authorization: 'Bearer wrong' }, 403],
    [{}, 401],
    [{ ...right, origin: 'https://evil.example' }, 403],
  ] as const) {
    const answer = await http.post('/api/v1/quarantine/drop', drop, headers);
    expect(answer.status).toBe(status);
    for (const fault of contract.faults('post', '/api/v1/quarantine/drop', status, await answer.json()))
      faults.add(fault);
  }
  for (const path of ['/..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/package.json', '//etc/passwd'])
    expect((await http.get(path)).status).toBe(404);
  await written(application);
  expect(running.status().quarantine).not.toEqual([]);
  expect((await http.get('/livez')).status).toBe(200);
  const done = await http.post('/api/v1/quarantine/drop', drop, right);
  expect(contract.faults('post', '/api/v1/quarantine/drop', done.status, await done.json())).toEqual([]);
  end.abort();
  for (const socket of slow) socket.destroy();
  await running.until(({ quarantine }) => quarantine.length === 0);
  // Not known while the lag of a busy machine grows.
  await expect.poll(() => look().then(() => seen.has('catchup_eta_seconds')), { timeout: 60_000 }).toBe(true);
}, 300_000);

test('through a whole switch every answer is as the OpenAPI file says, and every metric was there', async () => {
  await onSource(line, 'UPDATE flags SET flag = 1');
  const plan = await http.post('/api/v1/cutover/plan', { direction: 'forward' }, await token());
  expect(contract.faults('post', '/api/v1/cutover/plan', plan.status, await plan.json())).toEqual([]);
  expect(await switchTo(running, 'forward')).toMatchObject({ outcome: 'committed', reason: null });
  await running.until(({ cutover }) => /^stay/.test(cutover?.wayBack?.advice ?? ''));
  await look();
  await written(application);
  await look();
  await application.stop();
  expect([...faults]).toEqual([]);
  expect([...states]).toEqual(expect.arrayContaining(['starting', 'loading', 'streaming', 'cut-over']));
  const missing = Object.keys(CATALOGUE).filter((name) => !seen.has(name) && !MAY_BE_ABSENT.includes(name));
  expect(missing).toEqual([]);
  const [actions] = await onTarget(
    line,
    "SELECT who, what->>'action' AS action FROM sluice.event WHERE kind = 'action'",
  );
  expect(actions).toEqual({ who: 'ada', action: 'quarantine.drop' });
  await expectNoneLost(line, application);
}, 300_000);
