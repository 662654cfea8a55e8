import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS } from '../../src/http/metric-table.ts';
import { freePort } from '../../src/servers/port.ts';
import { runProgram } from '../../src/servers/program.ts';
import { findPrometheus, type PrometheusPrograms } from '../../src/servers/prometheus.ts';
import { statusSample } from '../control/status-sample.ts';
import { type OpenHttp, openHttp } from '../http/open-http.ts';

const SOON = { timeout: 60_000 };
const DASHBOARD = 'infra/grafana/sluice.json';

interface Target {
  readonly expr?: string;
}

describe('what infra/ has for Prometheus and Grafana', () => {
  let programs: PrometheusPrograms;
  let folder: string;
  let http: OpenHttp;
  let server: ChildProcess;
  let url: string;
  let ticking: NodeJS.Timeout;

  const query = async (expr: string): Promise<readonly Answer[]> => {
    const answer = await ask<Queried>(`/api/v1/query?query=${encodeURIComponent(expr)}`);
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  };
  const ask = async <T>(path: string): Promise<T> => (await (await fetch(`${url}${path}`)).json()) as T;
  const rules = async () => (await ask<Rules>('/api/v1/rules')).data.groups.flatMap((group) => group.rules);

  beforeAll(async () => {
    programs = await findPrometheus();
    folder = await mkdtemp(join(tmpdir(), 'sluice-prometheus-'));
    await cp('infra/prometheus', folder, { recursive: true });
    http = await openHttp();
    const publish = () => http.server.publish(statusOfNow());
    publish();
    ticking = setInterval(publish, 500);
    const config = readFileSync('infra/prometheus/prometheus.yml', 'utf8')
      .replace('127.0.0.1:8090', new URL(http.url).host)
      .replaceAll('10s', '1s');
    await writeFile(join(folder, 'prometheus.yml'), config);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = spawn(
      programs.server,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
  });

  afterAll(async () => {
    clearInterval(ticking);
    server.kill('SIGTERM');
    if (server.exitCode === null) await once(server, 'close');
    await http[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('is loaded by a real Prometheus, which scrapes every metric that is known', async () => {
    await expect.poll(() => query('up{job="sluice"}').catch(() => []), SOON).toMatchObject([{ value: 1 }]);
    await expect
      .poll(() => query('sluice_lag_seconds{stage="apply"}'), SOON)
      .toMatchObject([{ metric: { pipeline: 'shop' }, value: 1.2 }]);
    const answers = await query('count by (__name__) ({pipeline="shop"})');
    const names = new Set(answers.map(({ metric }) => metric['__name__']));
    const missing = METRICS.flatMap(({ name, type }) => {
      const printed = `sluice_${name}${type === 'histogram' ? '_bucket' : ''}`;
      return names.has(printed) ? [] : [printed];
    });
    expect(missing).toEqual([]);
    await expect.poll(async () => (await rules()).length, SOON).toBeGreaterThan(10);
    const healths = async () => [...new Set((await rules()).map(({ health }) => health))];
    await expect.poll(healths, SOON).toEqual(['ok']);
  });

  it('has a dashboard whose every question is answered', async () => {
    const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8'));
    const targets: Target[] = panels.flatMap((panel: { targets?: Target[] }) => panel.targets ?? []);
    expect(targets.length).toBeGreaterThan(15);
    for (const { expr = '' } of targets) {
      const asked = expr.replaceAll('$pipeline', 'shop').replaceAll('$__rate_interval', '30s');
      await expect.poll(async () => (await query(asked)).length, { ...SOON, message: asked }).toBeGreaterThan(0);
    }
  });

  it('has alerts that fire when they must and not when they must not', async () => {
    const ran = await runProgram(programs.tool, ['test', 'rules', join(folder, 'alerts.test.yml')]).catch(
      (error: { stdout?: string; stderr?: string }) => ({ stdout: error.stdout ?? '', stderr: error.stderr ?? '' }),
    );
    expect(ran.stderr + ran.stdout).toContain('SUCCESS');
    expect(ran.stderr + ran.stdout).not.toContain('FAILED');
  });

  it('asks only for metrics and labels that there are', () => {
    const files = ['infra/prometheus/alerts.yml', DASHBOARD].map((file) => readFileSync(file, 'utf8'));
    const asked = new Set(files.join('\n').match(/\bsluice_[a-z_]+/g));
    const printed = METRICS.flatMap(({ name, type }) =>
      (type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map((end) => `sluice_${name}${end}`),
    );
    expect([...asked].filter((name) => !printed.includes(name))).toEqual([]);
  });
});

interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Queried {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { readonly metric: Answer['metric']; readonly value: readonly [number, string] }[];
  };
}

interface Rules {
  readonly data: { readonly groups: readonly { readonly rules: readonly { readonly health: string }[] }[] };
}

/** Everything is known, so that every metric is there. */
function statusOfNow() {
  const sample = statusSample();
  const nowMs = Date.now();
  return statusSample({
    asOfMs: nowMs,
    freshness: {
      ...sample.freshness,
      completeToMs: nowMs - 1_200,
      tables: sample.freshness.tables.map((table) => ({ ...table, completeToMs: nowMs - 1_200 })),
    },
    head: { position: 'a:1-9', polledAtMs: nowMs },
    heartbeat: { writtenAtMs: nowMs, seenAtMs: nowMs - 300, latencyMs: 30 },
    quarantine: [{ table: 'public.tbl_order', reason: 'zero-date', changes: 2 }],
    retention: [{ log: 'binlog', headroomMs: 90_000_000, detail: '25 h' }],
    drift: { checkedAtMs: nowMs, count: 0, differences: [] },
    verify: {
      isRunning: false,
      tables: [
        {
          database: 'shop',
          table: 'tbl_order',
          state: 'equal',
          position: 'a:1-9',
          verifiedAtMs: nowMs,
          differenceCount: 0,
          changesSince: 0,
          byKind: { missing: 0, extra: 0, different: 0, unlisted: 0 },
          causes: [],
          waiting: 0,
          advice: null,
        },
      ],
    },
    cutover: {
      gates: [{ name: 'lag', state: 'green', value: '0 s', threshold: '5 s', cure: null, waiver: null }],
      gatesAtMs: nowMs,
      prediction: null,
      isWordAwaited: false,
      wayBack: {
        ...{ lagMs: 300, appliedLsn: '0/10', headLsn: '0/20', rows: 2, setAside: 0, waitsFor: null, advice: 'stay' },
        slot: { behindBytes: 16, retainedBytes: 1_024, headroomBytes: 1_048_576 },
      },
      attempt: {
        id: '1',
        direction: 'forward',
        outcome: 'aborted',
        isOver: true,
        isRehearsal: true,
        startedBy: 'ada',
        startedAtMs: nowMs,
        endedAtMs: nowMs,
        writeBlockMs: 1_000,
        flipMs: null,
        awayMs: 0,
        writeBlockLimitMs: 60_000,
        steps: [],
        waivers: [],
        reason: 'a rehearsal ends here',
      },
    },
  });
}
