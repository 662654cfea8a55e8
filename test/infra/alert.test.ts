import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PREFIX } from '../../src/http/metric.ts';
import { METRICS } from '../../src/http/metric-table.ts';

const ALERTS = readFileSync(new URL('../../infra/prometheus/alerts.yml', import.meta.url), 'utf8');

test('every metric of an alert is one that sluice has', () => {
  const named = new Set(ALERTS.match(new RegExp(`\\b${PREFIX}[a-z_]+`, 'g')));
  const known = METRICS.flatMap(({ name }) => ['', '_bucket', '_count', '_sum'].map((end) => `${PREFIX}${name}${end}`));
  expect(named.size).toBeGreaterThan(10);
  expect([...named].filter((name) => !known.includes(name))).toEqual([]);
});

test('a way back that falls behind has its alerts', () => {
  for (const name of ['reverse_slot_headroom_bytes', 'reverse_lag_seconds', 'reverse_set_aside_changes'])
    expect(ALERTS).toContain(`${PREFIX}${name}`);
});
