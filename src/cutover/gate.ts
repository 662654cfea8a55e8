import type { GateStatus, Waiver } from '../contract/cutover.ts';
import { incompleteOf } from '../contract/incomplete.ts';
import { paceText } from '../contract/pace.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { seconds } from './seconds.ts';
import { nameOf, UNSEEN, unverified } from './verified.ts';

export interface GateLimits {
  readonly maxLagMs: number;
  readonly steadyForMs: number;
  /** How long the logs must still keep what is needed. */
  readonly headroomMs: number;
  readonly clockOffsetMs: number;
  /** A comparison older than this counts no more. */
  readonly verifyMaxAgeMs: number;
}

export interface GateFacts {
  readonly status: PipelineStatus;
  /** Since when the lag has been known and within its limit without a break; null: it is not now. */
  readonly steadySinceMs: number | null;
  /** Source clock minus ours; null: not measured. */
  readonly clockOffsetMs: number | null;
  /** What was looked at on the servers for this. */
  readonly findings: readonly GateFinding[];
  /** sluice makes the target's schema, and so compares it with its plan; else it is the application's. */
  readonly makesSchema: boolean;
  /** `database.table` of tables that are followed and are not seen at the source any more. */
  readonly unseen: readonly string[];
  readonly nowMs: number;
}

/** A gate whose measuring is not ours: everything that stands against it, by name, with its cure. */
export interface GateFinding {
  readonly gate: string;
  readonly value: string;
  readonly threshold: string;
  readonly problems: readonly { readonly text: string; readonly cure: string }[];
}

interface Judged {
  readonly isGreen: boolean;
  readonly value: string;
  readonly threshold: string;
  readonly cure: string;
}

type Judge = (facts: GateFacts, limits: GateLimits) => Judged;

/** A status older than this says nothing of the present. */
const FRESH_MS = 10_000;

/** The gates that the pipeline's own status answers, in the order in which they are shown. */
const JUDGES: Readonly<Record<string, Judge>> = {
  'load-complete': ({ status }) => {
    const left = incompleteOf(status).filter(({ table }) => table === null);
    const isCopied = status.snapshot.tables.every(({ phase }) => phase !== 'waiting' && phase !== 'copying');
    // After a rollback, or while a server is away, no load is what is waited for.
    const isGreen = status.state === 'streaming' && left.length === 0;
    const waits = isCopied && !isGreen ? status.waitingFor : null;
    return judged(isGreen, {
      value: waits ?? left[0]?.reason ?? `the pipeline is ${status.state}`,
      threshold: 'every table is loaded',
      cure: `Wait for ${waits === null ? 'the load' : 'it'}: sluice status --watch.`,
    });
  },
  'tables-follow': ({ status }) => {
    const stopped = incompleteOf(status).filter(({ table, reason }) => table !== null && !/quarantine/.test(reason));
    return judged(stopped.length === 0, {
      value: stopped.map(({ table, reason }) => `${table} ${reason}`).join('; ') || 'none is paused or failed',
      threshold: 'no table is paused or failed',
      cure: 'Do what sluice status says of each table.',
    });
  },
  lag: ({ status, steadySinceMs, nowMs }, { maxLagMs, steadyForMs }) => {
    const steadyMs = steadySinceMs === null ? 0 : nowMs - steadySinceMs;
    return judged(status.lagMs !== null && status.lagMs <= maxLagMs && steadyMs >= steadyForMs, {
      value: `${status.lagMs === null ? 'not known' : seconds(status.lagMs)}, within the limit for ${seconds(steadyMs)}`,
      threshold: `at most ${seconds(maxLagMs)} for ${seconds(steadyForMs)}`,
      cure: 'See what holds it up: sluice status --watch.',
    });
  },
  heartbeat: ({ status, nowMs }) => {
    const seenAtMs = status.heartbeat?.seenAtMs ?? null;
    return judged(seenAtMs !== null && nowMs - seenAtMs <= FRESH_MS, {
      value: seenAtMs === null ? 'none has come through this stream yet' : `seen ${seconds(nowMs - seenAtMs)} ago`,
      threshold: `seen within ${seconds(FRESH_MS)}`,
      cure: `${seenAtMs === null ? 'One comes within seconds of a start or a rollback: wait. Else the' : 'The'} account on the source may lack its rights on the database sluice: sluice check.`,
    });
  },
  stages: ({ status, nowMs }) => {
    const bad = status.stages.filter(({ state }) => state === 'stalled' || state === 'retrying' || state === 'stopped');
    const isFresh = nowMs - status.asOfMs <= FRESH_MS;
    const held = status.pace === null ? null : paceText(status.pace);
    const said = bad.map(({ name, state }) => `${name} is ${state}`).join(', ') || held;
    return judged(isFresh && said === null, {
      value: said ?? (isFresh ? 'all run' : 'not known'),
      threshold: 'no stage is stalled, retrying or stopped, nor held by somebody',
      cure: held === null ? 'The last errors and their cures: sluice status.' : 'sluice resume, sluice throttle off.',
    });
  },
  quarantine: ({ status }) => {
    const changes = status.quarantine.reduce((sum, count) => sum + count.changes, 0);
    return judged(changes === 0, {
      value: changes === 1 ? '1 change' : `${changes} changes`,
      threshold: 'empty',
      cure: 'sluice quarantine list, then retry or drop each.',
    });
  },
  verified: ({ status, unseen, nowMs }, { verifyMaxAgeMs: maxAgeMs }) => {
    const { verify } = status;
    const known = unverified(verify?.tables ?? [], nowMs - maxAgeMs).map(({ table, reason }) => `${table} ${reason}`);
    const open = [...known, ...unseen.map((table) => `${table} ${UNSEEN}`), ...uncompared(status, unseen)];
    return judged(verify !== null && open.length === 0, {
      value: verify === null ? 'nothing was compared yet' : open.join('; ') || 'every table is equal on both sides',
      threshold: `every table was found equal within ${Math.round(maxAgeMs / 60_000)} min, and its changes since are known`,
      cure: 'What is to be compared again begins by itself; sluice verify does it now. Where rows differ: sluice verify --repair. Where a table is not seen: give the account of source.url SELECT on it, as sluice init prints it.',
    });
  },
  drift: ({ status: { drift }, makesSchema }) => {
    const unknown = makesSchema ? 'not compared yet' : 'not compared: the schema is the application’s';
    return judged(drift === null ? !makesSchema : drift.count === 0, {
      value: drift === null ? unknown : `${drift.count} ${drift.count === 1 ? 'difference' : 'differences'}`,
      threshold: 'the target is what the plan says',
      cure:
        drift === null
          ? 'It is compared within seconds of a start and of a load: wait. Where it stays so, sluice schema diff says why.'
          : 'sluice schema diff, then sluice schema apply.',
    });
  },
  retention: ({ status }, { headroomMs }) => {
    const short = status.retention.filter((log) => log.headroomMs !== null && log.headroomMs < headroomMs);
    return judged(short.length === 0, {
      value: short.map(({ log, headroomMs: left }) => `${log} ${seconds(left ?? 0)} left`).join(', ') || 'long enough',
      threshold: `at least ${seconds(headroomMs)}`,
      cure: 'Raise binlog_expire_logs_seconds on the source.',
    });
  },
  clock: ({ clockOffsetMs }, limits) =>
    judged(clockOffsetMs !== null && Math.abs(clockOffsetMs) <= limits.clockOffsetMs, {
      value: clockOffsetMs === null ? 'not measured' : `${seconds(clockOffsetMs)} off`,
      threshold: `within ${seconds(limits.clockOffsetMs)} of this machine`,
      cure: 'Set the clocks by NTP; times of the evidence are by this machine.',
    }),
};

/** What is not seen is not compared, and would not be missed. */
function uncompared({ snapshot, verify }: PipelineStatus, unseen: readonly string[]): readonly string[] {
  if (verify === null) return [];
  const told = new Set([...verify.tables.map(nameOf), ...unseen]);
  const open = snapshot.tables.map(nameOf).filter((table) => !told.has(table));
  return open.map((table) => `${table} is not among what is compared`);
}

/** Every gate as it stands: before writes are blocked all must be green or waived, by a person and with a reason. */
export function judgeGates(facts: GateFacts, limits: GateLimits, waivers: readonly Waiver[]): readonly GateStatus[] {
  const own = Object.entries(JUDGES).map(([name, judge]) => gateOf(name, judge(facts, limits), waivers));
  const found = facts.findings.map(({ gate: name, value, threshold, problems }) => {
    const isGreen = problems.length === 0;
    const texts = isGreen ? value : problems.map(({ text }) => text).join('; ');
    const cure = inOne([...new Set(problems.map((problem) => problem.cure))]);
    return gateOf(name, { isGreen, value: texts, threshold, cure }, waivers);
  });
  return [...own, ...found];
}

/** Sentences, and statements that can be copied as they are: what does not end as a sentence is parted from the next. */
function inOne(cures: readonly string[]): string {
  return cures.map((cure, at) => (cure.endsWith('.') || at === cures.length - 1 ? cure : `${cure};`)).join(' ');
}

export function isRed({ state }: GateStatus): boolean {
  return state === 'red';
}

/** One gate as it is told, with its waiver where it is red. */
export function gateOf(
  name: string,
  { isGreen, value, threshold, cure }: Judged,
  waivers: readonly Waiver[],
): GateStatus {
  const waiver = isGreen ? null : (waivers.find((one) => one.gate === name) ?? null);
  const state = isGreen ? 'green' : waiver === null ? 'red' : 'waived';
  return { name, state, value, threshold, cure: isGreen ? null : cure, waiver };
}

function judged(isGreen: boolean, rest: Omit<Judged, 'isGreen'>): Judged {
  return { isGreen, ...rest };
}
