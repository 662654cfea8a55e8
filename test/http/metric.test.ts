import { expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { PIPELINE_STATES } from '../../src/contract/status.ts';
import { registryOf } from '../../src/http/metric.ts';
import { METRICS } from '../../src/http/metric-table.ts';
import { statusSample } from '../control/status-sample.ts';

test('every metric has a base unit in its name, a description, and the label of the pipeline', async () => {
  expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
  for (const { name, help, type } of METRICS) {
    expect(help.length, name).toBeGreaterThan(10);
    expect(name).not.toMatch(/_(ms|millis|minutes|kb|mib)(_|$)/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
  }
  for (const line of samples(await printed(statusSample()))) expect(line).toContain('pipeline="shop"');
});

test('what others alert on is declared, each once', () => {
  const names = METRICS.map(({ name }) => name);
  for (const name of [
    'lag_seconds',
    'verify_rows_mismatched',
    'verify_finished_timestamp_seconds',
    'cutover_state',
    'cutover_gate',
  ])
    expect(names.filter((one) => one === name)).toEqual([name]);
});

test('what is not known is absent, never 0 and never what it was (INV-162)', async () => {
  const before = await printed(statusSample());
  for (const name of ['lag_seconds', 'catchup_eta_seconds', 'heartbeat_lag_seconds', 'clock_offset_seconds'])
    expect(valuesOf(before, name), name).not.toEqual([]);
  const sample = statusSample();
  const unknown = statusSample({
    lagMs: null,
    catchUpEtaMs: null,
    heartbeat: null,
    clock: { sourceOffsetMs: null, targetOffsetMs: null },
    head: { position: null, polledAtMs: null },
    stages: sample.stages.map((stage) => ({ ...stage, lagMs: null, backlogRows: null, backlogBytes: null })),
  });
  const after = await printed(unknown);
  for (const name of [
    'lag_seconds',
    'watermark_timestamp_seconds',
    'catchup_eta_seconds',
    'heartbeat_lag_seconds',
    'clock_offset_seconds',
    'source_head_timestamp_seconds',
    'queue_rows',
    'queue_bytes',
  ])
    expect(valuesOf(after, name), name).toEqual([]);
});

test('one registry tells the status of now each time, so a value that became unknown disappears', async () => {
  const state: { now: PipelineStatus | null } = { now: statusSample() };
  const registry = registryOf(METRICS, 'shop', () => state.now);
  expect(valuesOf(await registry.metrics(), 'catchup_eta_seconds')).toEqual(['8']);
  state.now = statusSample({ catchUpEtaMs: null });
  expect(valuesOf(await registry.metrics(), 'catchup_eta_seconds')).toEqual([]);
  state.now = null;
  expect(valuesOf(await registry.metrics(), 'rows_total')).toEqual([]);
});

test('every state is always there, and exactly one of them is 1', async () => {
  for (const state of PIPELINE_STATES) {
    const text = await printed(statusSample({ state }));
    const lines = samples(text).filter((line) => line.startsWith('sluice_pipeline_state{'));
    expect(lines.length).toBe(PIPELINE_STATES.length);
    expect(lines.filter((line) => line.endsWith(' 1'))).toEqual([expect.stringContaining(`state="${state}"`)]);
  }
});

test('latency is a histogram in seconds, cumulative, with a sum and a count', async () => {
  const text = await printed(statusSample());
  const total = samples(text).filter((line) => line.includes('latency_seconds') && line.includes('hop="total"'));
  expect(total.map((line) => line.replace(/^sluice_latency_seconds|hop="total",?|,?pipeline="shop"/g, ''))).toEqual([
    '_bucket{le="0.01"} 3',
    '_bucket{le="0.1"} 5',
    '_bucket{le="+Inf"} 6',
    '_sum{} 0.4',
    '_count{} 6',
  ]);
});

test('a process that only applies tells nothing of stages that it does not have', async () => {
  const sample = statusSample();
  const text = await printed({
    ...sample,
    mode: 'apply',
    stages: sample.stages.filter(({ name }) => name === 'apply'),
  });
  expect(text).not.toMatch(/stage="(capture|log)"/);
});

async function printed(status: PipelineStatus): Promise<string> {
  return await registryOf(METRICS, status.pipeline, () => status).metrics();
}

function samples(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function valuesOf(text: string, name: string): readonly string[] {
  const own = samples(text).filter((line) => line.startsWith(`sluice_${name}{`));
  return own.map((line) => line.slice(line.lastIndexOf(' ') + 1));
}
