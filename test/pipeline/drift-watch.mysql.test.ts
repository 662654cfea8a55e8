import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DriftStatus } from '../../src/contract/status.ts';
import { SCHEMA_ACTIONS } from '../../src/pipeline/schema/actions.ts';
import { watchDrift } from '../../src/pipeline/schema/drift-watch.ts';
import { scopeOf } from '../../src/pipeline/scope.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { type Sides, sidesOf } from './sides.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

let line: Line;
let sides: Sides;

beforeAll(async () => {
  line = await openLine({ source: 'mysql', log: 'embedded' });
  sides = await sidesOf(line);
  await sides.onSource('CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT, KEY by_a (a))');
});
afterAll(async () => {
  await sides.close();
  await line.close();
});

test('what changes on the target, or on the source alone, is a finding until it is undone; rows are none', async () => {
  const end = new AbortController();
  const { signal } = end;
  await SCHEMA_ACTIONS.apply(line.config, { signal, logger, phase: 'all', onProgress: () => {} });
  const told: DriftStatus[] = [];
  let isLoaded = false;
  let looks = 0;
  const watching = watchDrift({
    config: line.config,
    scope: scopeOf(line.config),
    signal,
    everyMs: 20,
    isLoaded: () => {
      looks += 1;
      return isLoaded;
    },
    onDrift: (drift) => told.push(drift),
    onFailure: () => {},
  });
  const last = () => told.at(-1)?.differences.join();
  await expect.poll(() => looks).toBeGreaterThan(4);
  expect(told).toEqual([]);
  isLoaded = true;
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]).toMatchObject({ count: 0, differences: [] });

  const before = looks;
  await sides.onSource('INSERT INTO t (a) VALUES (1), (2)');
  await sides.target.query('INSERT INTO t (id, a) VALUES (1, 1), (2, 2)');
  await expect.poll(() => looks).toBeGreaterThan(before + 6);
  expect(told).toHaveLength(1);

  await sides.target.query('DROP INDEX t_by_a');
  await expect.poll(last).toContain('index t_by_a is missing');
  await sides.target.query('CREATE INDEX t_by_a ON t (a)');
  await expect.poll(last).toBe('');
  await sides.onSource('ALTER TABLE t ADD KEY two (a, id)');
  await expect.poll(last).toContain('index t_two is missing');
  end.abort();
  await watching;
});
