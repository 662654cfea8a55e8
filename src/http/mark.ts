import { lostPauseText, paceText } from '../contract/pace.ts';
import type { PipelineStatus, TableStatus } from '../contract/status.ts';

/** Something that happened, for a line on the chart. */
export interface Mark {
  readonly atMs: number;
  readonly kind: 'start' | 'wait' | 'resume' | 'ddl' | 'pause' | 'stall' | 'reload';
  readonly text: string;
}

/** What has happened from one status to the next; `before` is null for the first of a process. Pure. */
export function marksBetween(before: PipelineStatus | null, now: PipelineStatus): readonly Mark[] {
  if (before === null) return [{ atMs: now.startedAtMs, kind: 'start', text: 'sluice was started' }];
  return [
    ...waits(before, now),
    ...paces(before, now),
    ...schemaChanges(before, now),
    ...tables(before, now),
    ...stalls(before, now),
  ];
}

function waits(before: PipelineStatus, now: PipelineStatus): readonly Mark[] {
  const [did, does] = [before.state === 'retrying', now.state === 'retrying'];
  if (did === does) return [];
  const text = does ? (now.waitingFor ?? 'waits for a server') : answersText(before);
  return [{ atMs: now.asOfMs, kind: does ? 'wait' : 'resume', text }];
}

/** What goes on: a pause may hold the stream all the same. */
function answersText({ waitingFor }: PipelineStatus): string {
  const sides = ['source', 'target'].filter((side) => waitingFor?.includes(`waiting for the ${side}:`));
  if (sides.length === 0) return 'what was waited for is there again';
  return `the ${sides.join(' and the ')} ${sides.length === 1 ? 'answers' : 'answer'} again`;
}

/** A limit is told as a pause of its own kind: both make the lag what it is. */
function paces({ pace: before }: PipelineStatus, { pace, asOfMs }: PipelineStatus): readonly Mark[] {
  if (pace === null) return [];
  const isNew = pace.lost !== null && (before === null || before.lost === null);
  const lost: readonly Mark[] = isNew ? [{ atMs: asOfMs, kind: 'resume', text: lostPauseText(pace.lost) }] : [];
  const isSame = before === null || (before.state === pace.state && before.rowsPerSecond === pace.rowsPerSecond);
  if (isSame) return lost;
  const text = paceText(pace) ?? 'the stream to the target goes at its own speed';
  const isFreer = pace.state === 'free' || (before.state === 'paused' && pace.state === 'throttled');
  return [...lost, { atMs: asOfMs, kind: isFreer ? 'resume' : 'pause', text }];
}

function schemaChanges(before: PipelineStatus, now: PipelineStatus): readonly Mark[] {
  const seen = new Set(before.schemaChanges.map((one) => JSON.stringify(one)));
  const fresh = now.schemaChanges.filter((one) => !seen.has(JSON.stringify(one)));
  return fresh.reverse().map(({ atMs, table, what }) => ({ atMs, kind: 'ddl', text: `${table}: ${what}` }));
}

function tables(before: PipelineStatus, now: PipelineStatus): readonly Mark[] {
  const phases = new Map(before.snapshot.tables.map((table) => [nameOf(table), table.phase]));
  return now.snapshot.tables.flatMap((table): Mark[] => {
    const name = nameOf(table);
    const was = phases.get(name);
    if (was === table.phase) return [];
    if (table.phase === 'paused') return [{ atMs: now.asOfMs, kind: 'pause', text: `${name} is paused` }];
    if (was === 'paused') return [{ atMs: now.asOfMs, kind: 'resume', text: `${name} goes on` }];
    const isAgain = was === 'streaming' && (table.phase === 'waiting' || table.phase === 'copying');
    return isAgain ? [{ atMs: now.asOfMs, kind: 'reload', text: `${name} is read anew` }] : [];
  });
}

function stalls(before: PipelineStatus, now: PipelineStatus): readonly Mark[] {
  const was = new Set(before.stages.filter(({ state }) => state === 'stalled').map(({ name }) => name));
  const fresh = now.stages.filter(({ name, state }) => state === 'stalled' && !was.has(name));
  return fresh.map(({ name }) => ({ atMs: now.asOfMs, kind: 'stall', text: `${name} does not move` }));
}

function nameOf({ database, table }: TableStatus): string {
  return `${database}.${table}`;
}
