import { expect, test } from 'vitest';
import { adviseRollback, type ProbeSample } from '../../src/cutover/watch.ts';

const LIMITS = { errorPercent: 10, latencyMs: 2_000, lagMs: 60_000 };
const COMPARED = { compared: 3, tables: 3, differences: 0 };
const WELL = { lagMs: 300, setAside: 0, waitsFor: null, integrity: COMPARED, silentSinceMs: null };

function probes(well: number, failed: number, tookMs = 40): readonly ProbeSample[] {
  return Array.from({ length: well + failed }, (_, at) => ({ isHealthy: at < well, tookMs }));
}

test('while all is well, or nothing is known of the application, the advice is to stay', () => {
  expect(adviseRollback({ ...WELL, probes: [] }, LIMITS)).toMatch(
    /^stay: nothing speaks for a rollback; 3 of 3 tables/,
  );
  expect(adviseRollback({ ...WELL, probes: probes(20, 2) }, LIMITS)).toMatch(/^stay:/);
  expect(adviseRollback({ ...WELL, probes: probes(0, 4) }, LIMITS)).toMatch(/^stay:/);
});

test('an application that fails or is slow is a reason to go back, said with its figures and the command', () => {
  const failing = adviseRollback({ ...WELL, probes: probes(15, 5) }, LIMITS);
  expect(failing).toBe('go back: 5 of the last 20 probes failed, 25 %. No write is lost: sluice rollback run');
  expect(adviseRollback({ ...WELL, probes: probes(20, 0, 3_000) }, LIMITS)).toMatch(/answers in 3000 ms/);
});

test('a way back that lags, waits or sets aside is to be mended, before a rollback too', () => {
  const behind = { ...WELL, lagMs: 90_000, setAside: 2 };
  expect(adviseRollback({ ...behind, probes: probes(20, 0) }, LIMITS)).toMatch(
    /^stay, and mend the way back.*2 changes are on the target only; the stream back is 90.0 s behind/,
  );
  expect(adviseRollback({ ...behind, probes: probes(10, 10) }, LIMITS)).toMatch(/^go back: .*Mend the way back first/);
});

test('rows that are not the same at the source are to be seen to before a rollback, and what was not compared is said', () => {
  const differing = { ...WELL, integrity: { ...COMPARED, differences: 4 }, probes: [] };
  expect(adviseRollback(differing, LIMITS)).toMatch(/^stay, and mend.*4 differences between both sides: sluice verify/);
  expect(adviseRollback({ ...WELL, integrity: null, probes: [] }, LIMITS)).toMatch(/were not compared yet$/);
});

test('an application of which no write was seen is to be looked at: nothing says that it is there', () => {
  const silent = { ...WELL, silentSinceMs: Date.UTC(2026, 10, 1, 2, 3, 4) };
  const advice = adviseRollback({ ...silent, probes: probes(20, 0) }, LIMITS);
  expect(advice).toMatch(
    /^look at the application: no write of it was seen .* nor since 02:03:04 UTC\. See that it runs/,
  );
  expect(adviseRollback({ ...silent, setAside: 2, probes: [] }, LIMITS)).toMatch(
    /^look.*; 2 changes are on the target/,
  );
  expect(adviseRollback({ ...silent, probes: probes(10, 10) }, LIMITS)).toMatch(/^go back:/);
});
