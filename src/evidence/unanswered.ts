import type { PostgresSession } from '../postgres/connection.ts';

/** What a process answers for, by its mode: those that it takes the place of. */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  run: ['run', 'capture', 'apply'],
  capture: ['run', 'capture'],
  apply: ['run', 'apply'],
};

/** Of a key without a run, which an earlier version wrote, nobody knows whose it was. */
const END = `WITH open AS (
    SELECT e.id, r.seen_at_ms FROM sluice.event e
    LEFT JOIN sluice.run r ON r.pipeline = e.pipeline AND r.run = split_part(e."key", ':', 1)
    WHERE e.pipeline = $1 AND e.kind = 'action' AND e.what->>'outcome' = 'asked' AND r.run IS DISTINCT FROM $2
      AND (r.ended_at_ms IS NOT NULL OR coalesce(r.status->>'mode', 'run') = ANY (string_to_array($3, ','))))
  UPDATE sluice.event e SET what = e.what || jsonb_build_object(
    'outcome', 'interrupted', 'done', $4::text, 'lastSeenAtMs', open.seen_at_ms, 'foundAtMs', $5::bigint)
  FROM open WHERE e.id = open.id`;

const DONE =
  'the process was killed before it answered: between the last word of it (lastSeenAtMs) and this (foundAtMs)';

/** Of the event in which a run has an action on record. */
export function actionKey(run: string, id: string): string {
  return `${run}:${id}`;
}

/**
 * Gives an end to every action that was asked of a process which was killed before it answered (INV-249). Of two that run
 * beside each other by mistake the one that was asked tells its answer anew. Our tables stand.
 */
export async function endUnanswered(
  session: PostgresSession,
  pipeline: string,
  { run, mode, nowMs }: { readonly run: string; readonly mode: string; readonly nowMs: number },
): Promise<number> {
  const modes = (REPLACED[mode] ?? []).join();
  return (await session.query(END, [pipeline, run, modes, DONE, String(Math.round(nowMs))])).rowCount;
}
