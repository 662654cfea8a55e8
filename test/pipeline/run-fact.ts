import type { RunFacts, RunIdentity } from '../../src/pipeline/status/status.ts';

/** A process that has just begun. */
export function runIdentity(): RunIdentity {
  return { pipeline: 'shop', mode: 'run', startedAtMs: 0, pid: 1, version: '0' };
}

export function runFacts(): RunFacts {
  const endpoint = { kind: null, version: null, address: 'h:1/d', isConnected: false, reconnects: 0 };
  const rates = { rowsDone: 0, rowsEstimate: 0, rowsPerSecond: 0, etaMs: null };
  return {
    state: 'starting',
    waitingFor: null,
    source: endpoint,
    target: endpoint,
    snapshot: { state: 'none', ...rates, tables: [] },
    paused: [],
    heartbeat: null,
    pace: null,
    lostPause: null,
    quarantine: [],
    drift: null,
    beside: null,
    cutover: null,
    verify: null,
    errors: [],
    targetOffsetMs: null,
  };
}
