import type { TableName } from '../../contract/change.ts';
import type { PipelineStatus } from '../../contract/status.ts';
import type { TableVerified } from '../../contract/verify.ts';
import { attemptStatus } from '../../cutover/attempt-status.ts';
import type { Attempt, AttemptStep } from '../../cutover/journal.ts';
import { readAttempts } from '../../cutover/postgres-journal.ts';
import type { EvidenceEvent } from '../../evidence/event.ts';
import type {
  DifferenceFacts,
  Facts,
  QuarantineFacts,
  RepairFacts,
  SwitchFacts,
  SwitchVerified,
  TableFacts,
  VerifiedFacts,
} from '../../evidence/facts.ts';
import { type RunRecord, readEvents, readRuns } from '../../evidence/store.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { readSinkState, type SetAside, type SinkState } from '../../sink/told-state.ts';
import {
  readRepairs,
  readVerifications,
  type StoredRepair,
  type StoredVerification,
  type Verdict,
  verdictOf,
} from '../../verify/verify-store.ts';

/** What the journals on the target tell. */
export interface Told {
  readonly targetVersion: string | null;
  readonly sink: SinkState;
  readonly verifications: readonly StoredVerification[];
  readonly repairs: readonly StoredRepair[];
  readonly attempts: readonly Attempt[];
  readonly runs: readonly RunRecord[];
  readonly events: readonly EvidenceEvent[];
}

export const NOTHING_TOLD: Told = {
  targetVersion: null,
  sink: { checkpoint: null, checkpointAtMs: null, quarantine: [], tables: [] },
  ...{ verifications: [], repairs: [], attempts: [], runs: [], events: [] },
};

/** Makes nothing: before the first run there is nothing to read. */
export async function readTold(session: PostgresSession, pipeline: string): Promise<Told> {
  const { rows } = await session.query('SHOW server_version');
  return {
    targetVersion: rows[0]?.['server_version'] ?? null,
    sink: await readSinkState(session, pipeline),
    verifications: await readVerifications(session, pipeline),
    repairs: await readRepairs(session, pipeline),
    attempts: await readAttempts(session, pipeline),
    runs: await readRuns(session, pipeline),
    events: await readEvents(session, pipeline),
  };
}

type ToldFacts = Pick<Facts, 'repairs' | 'quarantine' | 'runs' | 'events' | 'switches'>;

export function toldFacts(told: Told, showsValues: boolean): ToldFacts {
  const { sink, repairs, attempts, runs, events } = told;
  return {
    repairs: repairs.map((repair) => repairFacts(repair, showsValues)),
    quarantine: sink.quarantine.map((change) => quarantineFacts(change, showsValues)),
    ...{ runs, events },
    switches: attempts.map((attempt) => switchFacts(attempt, events)),
  };
}

/** Every table that anything is known of, by its name at the source. */
export function tableFacts(told: Told, status: PipelineStatus | null, showsValues: boolean): readonly TableFacts[] {
  const loaded = new Map(told.sink.tables.map((table) => [nameOf(table), table]));
  const stored = new Map(told.verifications.map((table) => [nameOf(table), table]));
  const live = new Map(status?.verify?.tables.map((table) => [nameOf(table), table]));
  const names = [...new Set([...loaded.keys(), ...stored.keys(), ...(status?.snapshot.tables ?? []).map(nameOf)])];
  return names.sort().map((table) => {
    const [one, compared] = [loaded.get(table), stored.get(table)];
    return {
      table,
      target: one?.target || null,
      loadedAtMs: one?.loadedAtMs ?? null,
      paused: one?.paused ?? null,
      verified: compared === undefined ? null : verifiedFacts(verdictOf(compared), live.get(table), showsValues),
      checksum: null,
    };
  });
}

function nameOf({ database, table }: TableName): string {
  return `${database}.${table}`;
}

/** Rows that changed since were looked at again: what the running process counts now is newer than what is stored. */
function verifiedFacts(
  { state, advice, progress, finishedAtMs }: Verdict,
  live: TableVerified | undefined,
  showsValues: boolean,
): VerifiedFacts {
  const listed = progress?.differences ?? [];
  return {
    state: live?.state ?? state,
    position: live?.position ?? progress?.position ?? null,
    startedAtMs: progress?.startedAtMs ?? null,
    finishedAtMs,
    sourceRows: progress?.sourceRows ?? 0,
    targetRows: progress?.targetRows ?? 0,
    equal: progress?.equal ?? 0,
    repaired: progress?.repaired ?? 0,
    changing: progress?.changing ?? 0,
    differenceCount: live?.differenceCount ?? progress?.differenceCount ?? 0,
    differences: listed.map(
      ({ kind, column, key, source, target }): DifferenceFacts => ({
        ...{ kind, column },
        ...(showsValues ? { key, source, target } : {}),
      }),
    ),
    advice: live === undefined ? advice : live.advice,
    changesSince: live?.changesSince ?? null,
  };
}

function repairFacts(repair: StoredRepair, showsValues: boolean): RepairFacts {
  const { kind, askedBy, askedAtMs, equalAtMs, before, after } = repair;
  const key: unknown = JSON.parse(repair.key);
  const values = showsValues ? { key, before, after } : {};
  return { table: nameOf(repair), kind, askedBy, askedAtMs, equalAtMs, ...values };
}

function quarantineFacts(change: SetAside, showsValues: boolean): QuarantineFacts {
  const { id, op, reason, position, behind, state, setAsideAtMs, settledAtMs, message } = change;
  const told = { id, table: nameOf(change), op, reason, position, behind, state, setAsideAtMs, settledAtMs };
  return showsValues ? { ...told, message } : told;
}

function switchFacts(attempt: Attempt, events: readonly EvidenceEvent[]): SwitchFacts {
  const begun = events.find(({ kind, what }) => kind === 'gates' && what['attempt'] === attempt.id);
  const step = (name: string) => attempt.steps.find((one) => one.name === name && one.phase === 'blocked');
  const end = step('drain')?.record?.['shown'];
  return {
    ...attemptStatus(attempt, Date.now()),
    gates: (begun?.what['gates'] as SwitchFacts['gates'] | undefined) ?? null,
    end: typeof end === 'string' ? end : null,
    verified: switchVerified(step('verify')),
  };
}

function switchVerified(step: AttemptStep | undefined): SwitchVerified | null {
  const record = step?.record ?? null;
  if (record === null || typeof record['differenceCount'] !== 'number') return null;
  const texts = (name: string) => (Array.isArray(record[name]) ? record[name].map(String) : []);
  return {
    keys: Number(record['keys']),
    whole: texts('whole'),
    unproven: texts('unproven'),
    differenceCount: record['differenceCount'],
  };
}
