import type { Direction, Outcome, StepPhase, StepState, Waiver } from '../contract/cutover.ts';
import type { Attempt, AttemptStep, TimeAway } from './journal.ts';
import type { StepRecord } from './step.ts';

/** By column, as either server writes it as text. */
type Row = Readonly<Record<string, string | null>>;

/** An attempt of either journal; steps are read beside it. */
export function attemptOfRow(row: Row, steps: readonly AttemptStep[]): Attempt {
  return {
    id: row['id'] ?? row['attempt'] ?? '',
    direction: row['direction'] as Direction,
    outcome: row['outcome'] as Outcome,
    isOver: isTrue(row['is_over']),
    isRehearsal: isTrue(row['is_rehearsal']),
    startedBy: row['started_by'] ?? '',
    startedAtMs: Number(row['started_at_ms']),
    endedAtMs: numberOf(row['ended_at_ms']),
    blockedAtMs: numberOf(row['blocked_at_ms']),
    openedAtMs: numberOf(row['opened_at_ms']),
    writeBlockLimitMs: Number(row['write_block_limit_ms']),
    waivers: JSON.parse(row['waivers'] ?? '[]') as Waiver[],
    away: JSON.parse(row['away'] ?? '[]') as TimeAway[],
    reason: row['reason'] ?? null,
    steps,
  };
}

/** `begun`: the column that holds when it began. */
export function stepOfRow(row: Row, begun: 'started_at_ms' | 'begun_at_ms'): AttemptStep {
  return {
    name: row['name'] ?? '',
    title: row['title'] ?? '',
    phase: row['phase'] as StepPhase,
    state: row['state'] as StepState,
    record: row['record'] ? (JSON.parse(row['record']) as StepRecord) : null,
    detail: row['detail'] ?? null,
    startedAtMs: numberOf(row[begun]),
    tookMs: numberOf(row['took_ms']),
  };
}

function numberOf(text: string | null | undefined): number | null {
  return text ? Number(text) : null;
}

/** PostgreSQL writes `t`, MySQL `1`. */
function isTrue(text: string | null | undefined): boolean {
  return text === 't' || text === '1';
}
