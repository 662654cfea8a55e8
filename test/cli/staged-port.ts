import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from '../../src/cli/verb.ts';
import type { ComparedObject } from '../../src/contract/compared-object.ts';
import type { Removal } from '../../src/contract/ending.ts';
import { SluiceError } from '../../src/contract/error.ts';
import type { Finding } from '../../src/contract/finding.ts';
import { FREE_PACE } from '../../src/contract/pace.ts';
import type { QuarantinedDetail } from '../../src/contract/quarantine.ts';
import type { RowDifference, VerifyProgress, VerifyReport } from '../../src/contract/verify.ts';
import type { Inventory } from '../../src/convert/inventory.ts';
import type { NotRead } from '../../src/evidence/facts.ts';
import type { EndingActions } from '../../src/pipeline/cutover/ending-option.ts';
import type { RunPipeline } from '../../src/pipeline/run-option.ts';
import { compareRowCount } from '../../src/verify/also/row-count.ts';
import { reportSample } from '../assess/report-sample.ts';
import { statusSample } from '../control/status-sample.ts';
import { factsSample } from '../evidence/facts-sample.ts';

function gapsOf(stage: string): readonly NotRead[] {
  const none = { what: 'the running pipeline', why: 'nobody answers (CONTROL_UNREACHABLE)' };
  return stage === 'broken' ? [none, { what: 'the source', why: 'connection refused (SOURCE_UNREACHABLE)' }] : [];
}

/** An ending that is refused, that leaves something, or that is whole. */
function stagedEnding(stage: string): EndingActions {
  const removal = (state: Removal['state']): Removal => ({
    ...{ end: 'target', name: 'schema', what: 'schema sluice', objects: ['sluice'], state },
    ...{ statements: ['DROP SCHEMA sluice CASCADE'], reason: state === 'left' ? 'no right' : null },
  });
  const kept = [{ what: 'accounts', why: 'none drops itself', statements: [] }];
  const refusals = stage === 'refused' ? [{ reason: 'the source is written to', cure: 'sluice cutover run' }] : [];
  return {
    plan: async (_, { kind }) => ({ kind, refusals, removals: [removal('planned')], kept, evidence: null }),
    run: async (_, { kind }) => {
      if (stage === 'refused') throw refused('ENDING_REFUSED', 'the source is written to');
      const isWhole = stage !== 'broken';
      return { kind, removals: [removal(isWhole ? 'removed' : 'left')], kept, evidence: 'evidence.json', isWhole };
    },
  };
}

/** A pipeline, a check, a quarantine and a demo that behave as `stage` says, for the real command line to stand on. */
export function stagedPorts(stage: string): Ports {
  return {
    runPipeline: stagedPipeline(stage),
    runCheck: async () => {
      await signalled(stage);
      return {
        findings: stage === 'refused' ? [BLOCKER] : [],
        source: 'mysql 9',
        target: 'postgresql 15',
        isLogReached: true,
        tables: 1,
      };
    },
    openQuarantine: async (_, { way }) => ({
      way: way === 'now' ? 'forward' : way,
      list: async () => (stage === 'clean' ? [] : [CHANGE]),
      show: async (id) => (id === CHANGE.id ? CHANGE : null),
      retry: async () => ({ applied: 1, remaining: stage === 'clean' ? 0 : 2 }),
      drop: async () => ({ dropped: 1 }),
      close: async () => {},
    }),
    wayBackShapes: { accept: async (_, tables) => (tables === 'all' ? ['tbl_order'] : tables) },
    ending: stagedEnding(stage),
    changeTables: async (_, { act, names }) => {
      if (stage === 'refused') throw refused('TABLES_UNKNOWN', 'no such table');
      const tables = names.map((table) => ({ database: 'shop', table }));
      return act === 'add' ? { added: tables, removed: [] } : { added: [], removed: tables };
    },
    reloadTables: async (_, tables) => {
      if (stage === 'unreachable') throw refused('CONTROL_UNREACHABLE', 'no running pipeline');
      if (stage === 'refused') throw refused('TABLES_UNKNOWN', 'no such table');
      const named = tables === 'all' ? ['tbl_order', 'tbl_item'] : tables;
      const waitingFor = stage === 'paused' ? 'the stream to the target is paused' : null;
      const told = named.map((table, at) => ({ database: 'shop', table, supersededChanges: at === 0 ? 1 : 0 }));
      return { tables: told, waitingFor };
    },
    askPace: async (_, { method, params }) => {
      if (stage === 'unreachable') throw refused('CONTROL_UNREACHABLE', 'no running pipeline');
      if (stage === 'refused') throw refused('PACE_SWITCHING', 'a cutover is under way');
      const rowsPerSecond = 'rowsPerSecond' in params ? params.rowsPerSecond : null;
      const state = method === 'pause' ? 'paused' : rowsPerSecond === null ? 'free' : 'throttled';
      const who = { by: params.by, sinceMs: 1 };
      const limit = rowsPerSecond === null ? {} : { limitBy: params.by, limitSinceMs: 1 };
      return { ...FREE_PACE, state, rowsPerSecond, ...who, ...limit, isChanged: stage !== 'same' };
    },
    verify: async (_, { tables }, { onProgress }) => {
      if (stage === 'unreachable') throw refused('CONTROL_UNREACHABLE', 'no running pipeline');
      onProgress({ ...VERIFY_PROGRESS, rowsDone: 5 });
      return verifyReport(stage, tables === 'all' ? ['tbl_order', 'tbl_item'] : tables);
    },
    besideRows: {
      compare: async (_, { isStill, rowCounts }) => {
        if (stage === 'broken') throw refused('TARGET_UNREACHABLE', 'the target hung up');
        return [...besideSample(stage, isStill), ...rowCounts.map(compareRowCount)];
      },
      scripts: async () => ({ source: '-- a\n', target: '-- b\n', tables: ['t', 'u'], absent: ['late'] }),
    },
    report: {
      collect: async (_, { by, configuration }) => factsSample({ madeBy: by, configuration, notRead: gapsOf(stage) }),
      note: async () => stage === 'clean',
    },
    assess: async (_, options) => {
      const report = reportSample(stage === 'refused' ? '' : '{ "tbl_<order>": { zeroDate: { born: null } } }');
      if (report.scan !== null) options.onCost(report.scan.cost);
      return report;
    },
    schema: {
      plan: async () => ({ files: [{ name: '1-tables.sql', text: 'CREATE TABLE t ();\n' }], inventory: INVENTORY }),
      apply: async () => ({
        made: 1,
        stood: 2,
        failed: [{ kind: 'index', table: 't', name: 'i', error: refused('TARGET_SCHEMA', 'no such operator') }],
        inventory: INVENTORY,
      }),
      diff: async () => ({
        differences: [
          {
            schema: 'public',
            relation: 't',
            object: 'type',
            name: 'a',
            kind: 'different',
            expected: 'bigint',
            standing: 'text',
          },
          {
            schema: 'public',
            relation: 't',
            object: 'position',
            name: 'a',
            kind: 'behind',
            expected: '9',
            standing: '1',
          },
        ],
        tables: 1,
        isStreaming: true,
      }),
    },
    runDemo: async ({ log, source, scale, seed, keep, say, onStatus }) => {
      say('servers are up');
      onStatus(statusSample());
      return { isPassed: stage !== 'fails', rows: [['differences', '0']], data: { log, source, scale, seed, keep } };
    },
  };
}

const stagedPipeline =
  (stage: string): RunPipeline =>
  async (config, { signal, onStatus, logger, until }) => {
    logger.info({ url: config.source.url, note: `logging in with ${config.source.url.password.reveal()}` }, 'started');
    const { snapshot } = statusSample();
    const tables = snapshot.tables.map((table) => ({ ...table, phase: 'streaming' as const }));
    const loaded = { state: 'streaming', snapshot: { ...snapshot, state: 'done', tables } } as const;
    const status = statusSample({ pipeline: config.pipeline, ...loaded, lagMs: 1200, asOfMs: Date.now() });
    onStatus(status);
    if (stage === 'fails') throw refused('TARGET_ERROR', `broken near ${config.target.url.password.reveal()}`);
    if (stage === 'unreachable') throw refused('SOURCE_UNREACHABLE', 'nobody there');
    if (stage === 'bug') throw new TypeError(`undefined is not ${config.source.url.password.reveal()}`);
    if (stage === 'stuck') await sleep(60_000);
    const level = { ...status, lagMs: 0, isCaughtUp: true };
    if (until === 'caught-up' && stage !== 'behind') return { ended: 'caught-up', status: level };
    while (!signal.aborted) {
      await sleep(20);
      onStatus({ ...(stage === 'behind' ? status : level), asOfMs: Date.now() });
    }
    return { ended: 'stopped', status };
  };

/** `check-gets-SIGTERM`: the process is told to stop while it looks at the servers. */
async function signalled(stage: string): Promise<void> {
  const signal = /^check-gets-(.+)$/.exec(stage)?.[1];
  if (signal === undefined) return;
  const heard = new Promise((resolve) => process.once(signal, resolve));
  process.kill(process.pid, signal);
  await heard;
}

function refused(code: string, message: string): SluiceError {
  return new SluiceError({ code, message, remedy: 'Look at it.', disposition: 'stop' });
}

const VERIFY_PROGRESS: VerifyProgress = {
  ...{ rowsDone: 0, rowsEstimate: 10, rowsPerSecond: 1, etaMs: null, differenceCount: 0 },
  ...{ running: ['shop.tbl_order'], waitingFor: null },
};

function verifyReport(stage: string, tables: readonly string[]): VerifyReport {
  const differences: RowDifference[] = [
    { table: 'shop.tbl_order', key: { id: '7' }, column: 'note', kind: 'different', source: 'a ', target: 'a' },
    { table: 'shop.tbl_order', key: { id: '8' }, column: null, kind: 'missing', source: null, target: null },
  ];
  const isUnequal = stage === 'unequal';
  return {
    isFinished: stage !== 'late',
    tables: tables.map((table) => ({
      ...{ database: 'shop', table, state: isUnequal ? 'different' : stage === 'late' ? 'running' : 'equal' },
      ...{ position: 'p', startedAtMs: 1, finishedAtMs: stage === 'late' ? null : 2, advice: null, rowsEstimate: 2 },
      ...{ sourceRows: 2, targetRows: 1, equal: 1, repaired: 0, changing: 0 },
      ...{ differenceCount: isUnequal ? 2 : 0, differences: isUnequal ? differences : [] },
    })),
  };
}

function besideSample(stage: string, isStill: boolean): readonly ComparedObject[] {
  const equal: ComparedObject = {
    ...{ name: 'index', object: 'public.t', state: 'equal', source: null, target: '2 valid', reason: null, cure: null },
  };
  const sequence: ComparedObject = {
    ...{ ...equal, name: 'sequence', object: 'public.t.id', source: '9', target: '5' },
    ...{
      state: isStill ? 'different' : 'not-compared',
      reason: 'still coming',
      cure: isStill ? 'SELECT setval()' : null,
    },
  };
  return stage === 'behind' ? [equal, sequence] : [equal];
}

const INVENTORY: Inventory = {
  entries: [
    {
      kind: 'view',
      database: 'shop',
      table: null,
      name: 'v',
      outcome: 'left-out',
      target: null,
      reason: 'it is broken at the source already',
      advice: 'Drop it.',
    },
  ],
};

const BLOCKER: Finding = {
  code: 'SOURCE_ROW_IMAGE',
  severity: 'blocker',
  object: 'source',
  message: 'minimal',
  cure: ['SET it'],
};

const CHANGE: QuarantinedDetail = {
  id: '17',
  table: 'public.tbl_order',
  op: 'u',
  key: '{"id":1}',
  reason: 'zero-date',
  message: 'a zero date in a column that takes none',
  position: 'a:1-9',
  setAsideAtMs: 1_800_000_000_000,
  behind: null,
  before: '{"id":1}',
  after: '{"id":1,"at":"0000-00-00"}',
};
